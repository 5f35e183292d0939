package cache

import (
	"testing"

	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
)

func TestPicturesAreBoundedByBytes(t *testing.T) {
	var buffers network.Buffers
	c := NewPictures(4*1000, &buffers)
	key := func(i int) PictureKey {
		return PictureKey{Network: "network",
			Content: pixels.Key{byte(i)}}
	}
	add := func(i, n int) *Picture {
		b, err := buffers.Get(n)
		if err != nil {
			t.Fatal(err)
		}
		b[0] = float32(i)
		return c.Add(key(i), b)
	}
	kept := func(i int) bool {
		p := c.Get(key(i))
		if p == nil {
			return false
		}
		defer c.Put(p)
		return p.Values[0] == float32(i)
	}
	c.Put(add(1, 400))
	c.Put(add(2, 400))
	if !kept(1) || !kept(2) {
		t.Error("two that fit are not kept")
	}
	in := c.Get(key(2))
	kept(1) // now 2 is the least recently used
	c.Put(add(3, 400))
	if !kept(1) || kept(2) || !kept(3) {
		t.Error("not the least recently used was dropped")
	}
	if b, _ := buffers.Get(400); &b[0] == &in.Values[0] {
		t.Error("a picture in use was given away")
	}
	c.Put(in)
	if b, _ := buffers.Get(400); &b[0] != &in.Values[0] {
		t.Error("the buffer of a dropped picture is not used again")
	}
	c.Put(add(4, 1001))
	if !kept(4) || kept(1) || kept(3) {
		t.Error("a picture over the limit is not kept alone")
	}
	c.Clear(in.Values)
	if kept(4) {
		t.Error("a picture over the limit is in the way of the next one")
	}
	c.Put(add(5, 400))
	c.Put(add(6, 400))
	if !kept(5) || !kept(6) || c.lru.used != 4*800 {
		t.Errorf("%d bytes are used", c.lru.used)
	}
}
