package cache

import (
	"slices"
	"testing"
)

func TestLRUIsBoundedBySize(t *testing.T) {
	c := NewLRU[string, int](100)
	has := func(keys ...string) {
		t.Helper()
		for _, key := range []string{"a", "b", "c", "d", "e"} {
			if _, ok := c.Get(key); ok != slices.Contains(keys, key) {
				t.Errorf("%s is kept: %t", key, ok)
			}
		}
	}
	for i, key := range []string{"a", "b", "c"} {
		if kept, gone := c.Add(key, i, 30); !kept || gone != nil {
			t.Errorf("%s: %t, %v", key, kept, gone)
		}
	}
	has("a", "b", "c")
	c.Get("a") // now b is the least recently used
	if kept, gone := c.Add("d", 3, 50); !kept || !slices.Equal(gone, []int{1, 2}) {
		t.Errorf("d: %t, %v", kept, gone)
	}
	has("a", "d")
	if kept, gone := c.Add("e", 4, 101); kept || gone != nil {
		t.Errorf("what is over the limit: %t, %v", kept, gone)
	}
	if kept, _ := c.Add("a", 5, 1); kept {
		t.Error("a key has two values")
	}
	if v, ok := c.Get("a"); v != 0 || !ok || c.used != 80 {
		t.Errorf("a is %d, %t, with %d bytes in all", v, ok, c.used)
	}
	c.Clear()
	has()
	if kept, gone := c.Add("a", 7, 100); !kept || gone != nil {
		t.Errorf("after clear: %t, %v", kept, gone)
	}
}
