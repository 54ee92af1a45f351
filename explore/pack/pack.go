package pack

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"github.com/klauspost/compress/s2"
)

// wordBytes is the size of a word in a file.
const wordBytes = 8

// ErrDamaged says that a block is not what was written.
var ErrDamaged = errors.New("the data are damaged")

// Checksum of a block as it is written: CRC-32C, for which processors have an instruction.
func Checksum(block []byte) uint32 { return crc32.Checksum(block, crc32.MakeTable(crc32.Castagnoli)) }

// A Packer compresses and decompresses. It holds the buffers that this takes, and is
// not safe for concurrent use.
type Packer struct {
	plain []byte
	out   []byte
}

// Bytes is the memory that the packer holds.
func (p *Packer) Bytes() int64 { return int64(cap(p.plain) + cap(p.out)) }

// Pack compresses states of the given width. The result is valid until the next call.
func (p *Packer) Pack(states []uint64, width int) []byte {
	n := len(states)
	p.resize(n * wordBytes)
	// Byte k of word j of all states is one run of n/width bytes.
	rows := n / width
	for j := range width {
		planes := p.plain[j*rows*wordBytes : (j+1)*rows*wordBytes]
		last := uint64(0)
		for i := range rows {
			x := states[i*width+j]
			d := x ^ last
			last = x
			for k := range wordBytes {
				planes[k*rows+i] = byte(d >> (8 * k))
			}
		}
	}
	if most := s2.MaxEncodedLen(len(p.plain)); cap(p.out) < most {
		p.out = make([]byte, most)
	}
	return s2.Encode(p.out[:cap(p.out)], p.plain)
}

func (p *Packer) resize(n int) {
	if cap(p.plain) < n {
		p.plain = make([]byte, n)
	}
	p.plain = p.plain[:n]
}

// Unpack appends the count states of a block to dst.
func (p *Packer) Unpack(block []byte, count, width int, dst []uint64) ([]uint64, error) {
	n := count * width * wordBytes
	if size, err := s2.DecodedLen(block); err != nil || size != n {
		return dst, ErrDamaged
	}
	p.resize(n)
	plain, err := s2.Decode(p.plain, block)
	if err != nil || len(plain) != n {
		return dst, ErrDamaged
	}
	at := len(dst)
	for range count * width {
		dst = append(dst, 0)
	}
	out := dst[at:]
	for j := range width {
		planes := plain[j*count*wordBytes : (j+1)*count*wordBytes]
		last := uint64(0)
		for i := range count {
			d := uint64(0)
			for k := range wordBytes {
				d |= uint64(planes[k*count+i]) << (8 * k)
			}
			last ^= d
			out[i*width+j] = last
		}
	}
	return dst, nil
}

// HeaderBytes is the size of a header.
const HeaderBytes = 20

// A Header stands before a block in a file of blocks.
type Header struct {
	Level, Count, Size, Sum uint32
}

// Append writes the header, with a checksum of its own.
func (h Header) Append(dst []byte) []byte {
	at := len(dst)
	for _, v := range [...]uint32{h.Level, h.Count, h.Size, h.Sum} {
		dst = binary.LittleEndian.AppendUint32(dst, v)
	}
	return binary.LittleEndian.AppendUint32(dst, Checksum(dst[at:]))
}

// ReadHeader reads what Append has written.
func ReadHeader(b []byte) (Header, error) {
	if len(b) < HeaderBytes || Checksum(b[:HeaderBytes-4]) != binary.LittleEndian.Uint32(b[HeaderBytes-4:]) {
		return Header{}, ErrDamaged
	}
	at := func(i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
	return Header{Level: at(0), Count: at(1), Size: at(2), Sum: at(3)}, nil
}
