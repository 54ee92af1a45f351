package cache

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"chorcheck/verify"
)

// An entry is a line of magic, the key, the SHA-256 of all that follows, and, compressed, a JSON document: the result as it is,
// by the names of its Go fields, since only the same program reads it. JSON tells lists that
// are empty from those that are not there, and keeps each float64. Left out is what can be made
// again: the environments are those of the unit, and configurations along runs come from replaying
// them; an empty one stands where there is one.

const magic = "chorcheck verdicts 1\n"

const headerSize = len(magic) + 2*sha256.Size

// mostBytes bounds an entry, and mostText its document.
const (
	mostBytes = 32 << 20
	mostText  = 64 << 20
)

var errEntry = errors.New("this is not the entry of the key")

// encode makes the entry of a settled result.
func encode(key Key, r *verify.Result) ([]byte, error) {
	document, err := json.Marshal(stripped(r))
	if err != nil {
		return nil, err
	}
	// A string that is no UTF-8 would not come back as it was.
	if len(document) > mostText || bytes.Contains(document, []byte(`\ufffd`)) {
		return nil, errEntry
	}
	return seal(key, document)
}

// seal puts a document into an entry.
func seal(key Key, document []byte) ([]byte, error) {
	var b bytes.Buffer
	b.Write(make([]byte, headerSize))
	z, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(document); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	entry := b.Bytes()
	if len(entry) > mostBytes {
		return nil, errEntry
	}
	sum := sha256.Sum256(entry[headerSize:])
	copy(entry, slices.Concat([]byte(magic), key[:], sum[:]))
	return entry, nil
}

// decode reads an entry, which may hold anything. What it gives has still to be confirmed.
func decode(key Key, entry []byte) (*verify.Result, error) {
	if len(entry) < headerSize || len(entry) > mostBytes {
		return nil, errEntry
	}
	sum := sha256.Sum256(entry[headerSize:])
	if !bytes.Equal(entry[:headerSize], slices.Concat([]byte(magic), key[:], sum[:])) {
		return nil, errEntry
	}
	limited := &io.LimitedReader{R: flate.NewReader(bytes.NewReader(entry[headerSize:])), N: mostText}
	d := json.NewDecoder(limited)
	d.DisallowUnknownFields()
	r := &verify.Result{}
	if err := d.Decode(r); err != nil {
		return nil, err
	}
	// Nothing follows; that there is more than fits shows there, too.
	if n, _ := io.ReadFull(io.MultiReader(d.Buffered(), limited), make([]byte, 1)); n > 0 {
		return nil, errEntry
	}
	return r, nil
}

// stripped is a copy without what decode leaves to confirm. The result stays as it is.
func stripped(r *verify.Result) *verify.Result {
	out := *r
	out.Environments = slices.Clone(r.Environments)
	for i := range out.Environments {
		e := &out.Environments[i]
		e.Environment = nil
		e.Checks = withoutCourses(e.Checks)
	}
	out.Across = withoutCourses(r.Across)
	return &out
}

func withoutCourses(checks []verify.CheckResult) []verify.CheckResult {
	checks = slices.Clone(checks)
	for i := range checks {
		c := &checks[i]
		c.Findings = slices.Clone(c.Findings)
		for j := range c.Findings {
			c.Findings[j].Course = marked(c.Findings[j].Course)
		}
		if c.Witness != nil {
			w := *c.Witness
			w.Course = marked(w.Course)
			c.Witness = &w
		}
	}
	return checks
}

// marked has an empty configuration where there is one.
func marked(course []*verify.Configuration) []*verify.Configuration {
	course = slices.Clone(course)
	for i, c := range course {
		if c != nil {
			course[i] = &verify.Configuration{}
		}
	}
	return course
}
