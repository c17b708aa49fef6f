package expr

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // some vendors ask for HMAC-SHA1
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"math"

	"github.com/itchyny/gojq"
)

// functions returns what expressions have beside jq's own functions, and the checks of guard.
func functions() []gojq.CompilerOption {
	return []gojq.CompilerOption{
		gojq.WithFunction("hmac", 3, 3, signer(hex.EncodeToString)),
		gojq.WithFunction("hmac_base64", 3, 3, signer(base64.StdEncoding.EncodeToString)),
		gojq.WithFunction(checkOperand, 1, 1, func(input any, args []any) any {
			return spent(input, args[0], shallow(input))
		}),
		gojq.WithFunction(checkText, 1, 1, func(input any, args []any) any {
			return spent(input, args[0], deep(input, maxPiece))
		}),
		gojq.WithFunction(checkTimes, 2, 2, func(input any, args []any) any {
			return spent(input, args[1], product(input, args[0]))
		}),
	}
}

// spent returns the input, or an error if the evaluation's meter refuses what is about to be built.
func spent(input, counter any, size int) any {
	m, ok := counter.(*meter)
	if !ok {
		return errors.New("no meter")
	}

	if err := m.spend(size); err != nil {
		return err
	}

	return input
}

// product is the size of a text repeated, in either order of the factors.
func product(left, right any) int {
	text, ok := left.(string)
	if !ok {
		if text, ok = right.(string); !ok {
			return 0
		}

		right = left
	}

	times, ok := gojq.ToFloat64(right)
	if !ok || times <= 0 {
		return 0
	}

	return int(min(float64(len(text))*times, math.MaxInt32))
}

// signer returns the function hmac(hash; key; message) with an encoding of its result.
func signer(encode func([]byte) string) func(any, []any) any {
	return func(_ any, args []any) any {
		texts := make([]string, len(args))

		for i, arg := range args {
			text, ok := arg.(string)
			if !ok {
				return errors.New("hmac: hash, key and message must be texts")
			}

			texts[i] = text
		}

		algorithm := hashes(texts[0])
		if algorithm == nil {
			return errors.New("hmac: the hash is none of sha1, sha256, sha384 and sha512")
		}

		mac := hmac.New(algorithm, []byte(texts[1]))
		_, _ = mac.Write([]byte(texts[2])) // a hash's Write returns no error

		return encode(mac.Sum(nil))
	}
}

func hashes(name string) func() hash.Hash {
	switch name {
	case "sha1":
		return sha1.New
	case "sha256":
		return sha256.New
	case "sha384":
		return sha512.New384
	case "sha512":
		return sha512.New
	default:
		return nil
	}
}
