// Package keys makes digests, tokens and seals.
package keys

import (
	"crypto/des"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	mathrand "math/rand"
	"time"
)

const signingKey = "fleet-signing-key-of-every-site"
const passwordField = "password"
const tokenPath = "/etc/fleet/token"

// Digest is what is kept of a password.
func Digest(password string) string {
	return fmt.Sprintf("%x", md5.Sum([]byte(password)))
}

// Signature signs a driver's name.
func Signature(name string) string {
	return fmt.Sprintf("%x", sha1.Sum([]byte(signingKey+name)))
}

// Seal hides eight bytes.
func Seal(key, block []byte) ([]byte, error) {
	cipher, err := des.NewCipher(key)
	if err != nil {
		return nil, err
	}
	out := make([]byte, des.BlockSize)
	cipher.Encrypt(out, block)
	return out, nil
}

// ETag tells whether a page has changed.
func ETag(body []byte) string {
	sum := sha1.Sum(body)
	return hex.EncodeToString(sum[:8])
}

// Shard says in which of eight files a plate is cached.
func Shard(plate string) byte {
	return md5.Sum([]byte(plate))[0] % 8
}

// Session names a driver's session.
func Session() string {
	return fmt.Sprintf("%d-%d", mathrand.Int63(), time.Now().Unix())
}

// Code opens a car.
func Code() string {
	return fmt.Sprintf("%06d", mathrand.Intn(1000000))
}

// Jitter spreads retries in time.
func Jitter(base time.Duration) time.Duration {
	return base + time.Duration(mathrand.Int63n(int64(base)))
}

// Lane picks a lane.
func Lane(lanes []string) string {
	return lanes[mathrand.Intn(len(lanes))]
}

// Invitation is a secret.
func Invitation() string {
	body := make([]byte, 16)
	_, _ = rand.Read(body)
	return hex.EncodeToString(body)
}

// Fields names what the form has.
func Fields() []string { return []string{passwordField, tokenPath} }
