package ofx

import (
	"slices"
	"testing"
	"unsafe"
)

func TestProperties(t *testing.T) {
	p, _ := ProfileNamed("impasto")
	h, err := NewHost(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	s := newProperties("a test")
	defer s.close()
	s.free("OfxTwo", 1, 2)
	s.list("OfxList", "")
	s.fixed("OfxFixed", 3.5)
	s.free("OfxHidden", 1)
	s.all["OfxHidden"].hidden = true

	ok, unknown, badIndex, value := statusOf("kOfxStatOK"), statusOf("kOfxStatErrUnknown"), statusOf("kOfxStatErrBadIndex"), statusOf("kOfxStatErrValue")
	for _, k := range []struct {
		name   string
		index  int
		whole  bool
		values []any
		kind   string
		want   int
		report string
	}{
		{"OfxTwo", 1, false, []any{7}, "int", ok, ""},
		{"OfxTwo", 2, false, []any{7}, "int", badIndex,
			"set property OfxTwo of a test at index 2; it has 2 values"},
		{"OfxTwo", -1, false, []any{7}, "int", badIndex,
			"set property OfxTwo of a test at index -1; it has 2 values"},
		{"OfxTwo", 0, true, []any{1, 2, 3}, "int", badIndex, ""},
		{"OfxTwo", 0, false, []any{"x"}, "string", value,
			"set property OfxTwo of a test as string; it is int"},
		{"OfxList", 0, false, []any{"a"}, "string", ok, ""},
		{"OfxList", 1, false, []any{"b"}, "string", ok, ""},
		{"OfxList", 3, false, []any{"d"}, "string", badIndex,
			"set property OfxList of a test at index 3; it has 2 values"},
		{"OfxFixed", 0, false, []any{1.0}, "double", value,
			"set property OfxFixed of a test, which is for the host to set"},
		{"OfxNone", 0, false, []any{1}, "int", unknown,
			"set property OfxNone, which a test does not have"},
		{"com.example", 0, false, []any{1}, "int", unknown, ""},
		{"OfxHidden", 0, false, []any{1}, "int", unknown, ""},
	} {
		before := len(h.Findings())
		if got := int(s.write(k.name, k.index, k.whole, k.values, k.kind)); got != k.want {
			t.Errorf("%+v: %s", k, statusName(got))
		}
		found := h.Findings()[before:]
		if k.report != "" && (len(found) != 1 || found[0].What != k.report) {
			t.Errorf("%+v: reported %v", k, found)
		}
		if k.want == ok && len(found) > 0 {
			t.Errorf("%+v: reported %v", k, found)
		}
	}
	if got := values[int](s, "OfxTwo"); !slices.Equal(got, []int{1, 7}) {
		t.Errorf("OfxTwo is %v", got)
	}
	if got := s.strs("OfxList"); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("OfxList is %v", got)
	}
	if got := int(s.write("OfxList", 0, true, []any{"only"}, "string")); got != ok ||
		len(s.strs("OfxList")) != 1 {
		t.Errorf("setting the whole of a list leaves %v", s.strs("OfxList"))
	}
	if got := int(s.reset("OfxTwo")); got != ok ||
		!slices.Equal(values[int](s, "OfxTwo"), []int{1, 2}) {
		t.Errorf("OfxTwo is reset to %v", values[int](s, "OfxTwo"))
	}
	if n, _ := s.dimension("OfxTwo"); n != 2 {
		t.Errorf("OfxTwo has dimension %d", n)
	}
	if _, status := s.read("OfxTwo", 0, 3, "int"); int(status) != badIndex {
		t.Errorf("reading three of two: %s", statusName(int(status)))
	}
	if _, status := s.read("OfxNone", 0, 1, "int"); int(status) != unknown {
		t.Errorf("reading what is not there: %s", statusName(int(status)))
	}
}

func statusOf(name string) int {
	for status, n := range statusNames {
		if n == name {
			return status
		}
	}
	return -1
}

func TestHandles(t *testing.T) {
	if err := handles.reserve(); err != nil {
		t.Fatal(err)
	}
	s := newProperties("a test")
	h := s.handle
	if got := handles.describe(h); got != "the handle of a thing of another kind (property set)" {
		t.Error(got)
	}
	s.close()
	if handles.get(h) != nil || handles.describe(h) != "a handle that is gone (property set)" {
		t.Error(handles.describe(h))
	}
	other := newProperties("another")
	defer other.close()
	if other.handle == h {
		t.Error("a handle was given out twice")
	}
	for _, wild := range []int{1, 1 << 40} {
		if got := handles.describe(unsafe.Add(h,
			wild)); got != "a handle that this host never gave" {
			t.Errorf("%d bytes on: %s", wild, got)
		}
	}
	if got := handles.describe(nil); got != "a NULL handle" {
		t.Error(got)
	}
}
