package shop

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/hmac"
	"crypto/md5"
	cryptorand "crypto/rand"
	"crypto/rc4"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"fmt"
	"math/rand"
	"net/http"
	"os"

	"github.com/golang-jwt/jwt/v5"
)

func digests(data, key []byte, password, salt string) []any {
	// ruleid: setpoint.go.weak-hash
	one := md5.Sum(data)
	// ruleid: setpoint.go.weak-hash
	two := sha1.New()
	// ruleid: setpoint.go.weak-hash
	three := fmt.Sprintf("%x", sha1.Sum(data))
	// ok: setpoint.go.weak-hash
	four := sha256.Sum256(data)
	// ok: setpoint.go.weak-hash
	five := hmac.New(sha1.New, key)
	// ok: setpoint.go.weak-hash
	six := sha512.New()
	// ok: setpoint.go.weak-hash
	seven := sha256.New()
	// ruleid: setpoint.go.password-hashed-quickly
	eight := sha256.Sum256([]byte(password))
	// ruleid: setpoint.go.password-hashed-quickly
	nine := sha512.Sum512([]byte(salt + password))
	// ruleid: setpoint.go.password-hashed-quickly, setpoint.go.weak-hash
	ten := md5.Sum([]byte(user.Password))
	// ok: setpoint.go.password-hashed-quickly
	eleven := argon2.IDKey([]byte(password), []byte(salt), 1, 64*1024, 4, 32)
	// ok: setpoint.go.password-hashed-quickly
	twelve := sha256.Sum256([]byte(salt))
	// ok: setpoint.go.password-hashed-quickly
	thirteen := sha256.Sum256(data)
	// ok: setpoint.go.password-hashed-quickly
	fourteen := hmac.New(sha256.New, []byte(password))
	return []any{one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen}
}

func ciphers(key []byte) []any {
	// ruleid: setpoint.go.weak-cipher
	one, _ := des.NewCipher(key)
	// ruleid: setpoint.go.weak-cipher
	two, _ := rc4.NewCipher(key)
	// ruleid: setpoint.go.weak-cipher
	three, _ := blowfish.NewCipher(key)
	// ok: setpoint.go.weak-cipher
	four, _ := aes.NewCipher(key)
	// ok: setpoint.go.weak-cipher
	five, _ := cipher.NewGCM(four)
	// ok: setpoint.go.weak-cipher
	six, _ := chacha20poly1305.New(key)
	// ok: setpoint.go.weak-cipher
	seven, _ := chacha20poly1305.NewX(key)
	return []any{one, two, three, five, six, seven}
}

func makeToken() string {
	// ruleid: setpoint.go.predictable-random
	return fmt.Sprintf("%x", rand.Int63())
}

func reset(account *Account) {
	// ruleid: setpoint.go.predictable-random
	account.ResetCode = fmt.Sprintf("%06d", rand.Intn(1000000))
	session := make([]byte, 16)
	// ruleid: setpoint.go.predictable-random
	rand.Read(session)
	// ok: setpoint.go.predictable-random
	cryptorand.Read(session)
	// ok: setpoint.go.predictable-random
	pause := rand.Intn(100)
	// ok: setpoint.go.predictable-random
	colour := colours[rand.Intn(len(colours))]
	// ok: setpoint.go.predictable-random
	order := rand.Perm(pause)
	use(colour, order)
}

func connections(pool *x509.CertPool) []any {
	// ruleid: setpoint.go.certificate-not-checked
	one := &tls.Config{InsecureSkipVerify: true}
	two := &tls.Config{RootCAs: pool}
	// ruleid: setpoint.go.certificate-not-checked
	two.InsecureSkipVerify = true
	// ruleid: setpoint.go.certificate-not-checked
	three := &ssh.ClientConfig{HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	// ok: setpoint.go.certificate-not-checked
	four := &tls.Config{RootCAs: pool}
	// ok: setpoint.go.certificate-not-checked
	five := &tls.Config{InsecureSkipVerify: false}
	// ok: setpoint.go.certificate-not-checked
	six := &ssh.ClientConfig{HostKeyCallback: ssh.FixedHostKey(known)}
	// ok: setpoint.go.certificate-not-checked
	seven := &tls.Config{MinVersion: tls.VersionTLS13}
	return []any{one, three, four, five, six, seven}
}

func claims(text string, key []byte) {
	// ruleid: setpoint.go.token-not-verified
	jwt.NewParser().ParseUnverified(text, jwt.MapClaims{})
	// ruleid: setpoint.go.token-not-verified
	jwt.Parse(text, func(*jwt.Token) (any, error) { return jwt.UnsafeAllowNoneSignatureType, nil })
	// ruleid: setpoint.go.token-not-verified
	jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{})
	// ok: setpoint.go.token-not-verified
	jwt.Parse(text, func(*jwt.Token) (any, error) { return key, nil }, jwt.WithValidMethods([]string{"HS256"}))
	// ok: setpoint.go.token-not-verified
	jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{})
	// ok: setpoint.go.token-not-verified
	jwt.ParseWithClaims(text, &jwt.RegisteredClaims{}, keys)
	// ok: setpoint.go.token-not-verified
	jwt.NewParser(jwt.WithExpirationRequired()).Parse(text, keys)
}

// ruleid: setpoint.go.hard-coded-credential
const databasePassword = "tr0ub4dor-and-3"

// ruleid: setpoint.go.hard-coded-credential
var signingKey = []byte("9f8b7c6d5e4f3a2b")

func connect(request *http.Request) {
	// ruleid: setpoint.go.hard-coded-credential
	options := Options{Host: "db", Password: "kX9-vbw2!qq", Port: 5432}
	// ruleid: setpoint.go.hard-coded-credential
	request.SetBasicAuth("shop", "s3cr3t-in-source")
	// ok: setpoint.go.hard-coded-credential
	password := os.Getenv("DATABASE_PASSWORD")
	// ok: setpoint.go.hard-coded-credential
	passwordField := "new_password_1"
	// ok: setpoint.go.hard-coded-credential
	apiKey := "<your key here>"
	// ok: setpoint.go.hard-coded-credential
	labels := Labels{Password: "user_password_1"}
	// ok: setpoint.go.hard-coded-credential
	request.SetBasicAuth("shop", password)
	use(options, passwordField, apiKey, labels)
}
