package shop

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
)

const root = "/srv/files"

var baseURL = "https://api.example.org"
var hosts = []string{"api.example.org", "static.example.org"}

func file(w http.ResponseWriter, r *http.Request) {
	called := r.URL.Query().Get("name")
	// ruleid: setpoint.go.path-traversal
	os.ReadFile("/srv/files/" + called)
	// ruleid: setpoint.go.path-traversal
	http.ServeFile(w, r, filepath.Join(root, r.PathValue("name")))
	// ruleid: setpoint.go.path-traversal
	os.Remove(fmt.Sprintf("%s/%s", root, called))
	// ok: setpoint.go.path-traversal
	os.ReadFile(filepath.Join(root, filepath.Base(called)))
	// ok: setpoint.go.path-traversal
	os.ReadFile(filepath.Join(root, filepath.Clean("/"+called)))
	// ok: setpoint.go.path-traversal
	os.ReadFile("/srv/files/index.html")
	wanted := filepath.Join(root, called)
	if !strings.HasPrefix(wanted, root+"/") {
		return
	}
	// ok: setpoint.go.path-traversal
	http.ServeFile(w, r, wanted)
}

func upload(c *gin.Context) {
	file, _ := c.FormFile("file")
	// ruleid: setpoint.go.path-traversal
	c.SaveUploadedFile(file, "/srv/files/"+file.Filename)
	// ok: setpoint.go.path-traversal
	c.SaveUploadedFile(file, "/srv/files/"+filepath.Base(file.Filename))
}

type Storage struct{ folder string }

func (s *Storage) Read(called string) ([]byte, error) {
	// ruleid: setpoint.go.path-from-parameter
	return os.ReadFile(filepath.Join(s.folder, called))
}

func (s *Storage) Write(called string, data []byte) error {
	wanted := s.folder + "/" + called
	// ruleid: setpoint.go.path-from-parameter
	return os.WriteFile(wanted, data, 0o600)
}

func (s *Storage) Clear(called string) {
	// ruleid: setpoint.go.path-from-parameter
	os.RemoveAll(fmt.Sprintf("%s/%s", s.folder, called))
}

func settings(path string) ([]byte, error) {
	// ok: setpoint.go.path-from-parameter
	return os.ReadFile(path)
}

func manifest(folder string) ([]byte, error) {
	// ok: setpoint.go.path-from-parameter
	return os.ReadFile(filepath.Join(folder, "manifest.json"))
}

func (s *Storage) Plain(called string) ([]byte, error) {
	// ok: setpoint.go.path-from-parameter
	return os.ReadFile(filepath.Join(s.folder, filepath.Base(called)))
}

func (s *Storage) Local(called string) ([]byte, error) {
	if !filepath.IsLocal(called) {
		return nil, os.ErrNotExist
	}
	// ok: setpoint.go.path-from-parameter
	return os.ReadFile(filepath.Join(s.folder, called))
}

func unpack(archive *zip.Reader, stream *tar.Reader) {
	for _, each := range archive.File {
		// ruleid: setpoint.go.archive-extracted-anywhere
		os.Create(filepath.Join(root, each.Name))
		// ok: setpoint.go.archive-extracted-anywhere
		os.Create(filepath.Join(root, filepath.Base(each.Name)))
	}
	for {
		header, err := stream.Next()
		if err != nil {
			return
		}
		// ruleid: setpoint.go.archive-extracted-anywhere
		os.MkdirAll(filepath.Join(root, header.Name), 0o700)
		// ruleid: setpoint.go.archive-extracted-anywhere
		os.OpenFile(root+"/"+header.Name, os.O_CREATE, 0o600)
	}
}

func unpackLocal(archive *zip.Reader, stream *tar.Reader) {
	for _, each := range archive.File {
		if !filepath.IsLocal(each.Name) {
			return
		}
		// ok: setpoint.go.archive-extracted-anywhere
		os.Create(filepath.Join(root, each.Name))
	}
	for {
		header, err := stream.Next()
		wanted := filepath.Join(root, header.Name)
		if err != nil || !strings.HasPrefix(wanted, root) {
			return
		}
		// ok: setpoint.go.archive-extracted-anywhere
		os.Create(wanted)
		// ok: setpoint.go.archive-extracted-anywhere
		os.Create(filepath.Join(root, "manifest.json"))
	}
}

func preview(w http.ResponseWriter, r *http.Request) {
	address := r.FormValue("address")
	// ruleid: setpoint.go.server-side-request
	http.Get(address)
	// ruleid: setpoint.go.server-side-request
	http.NewRequestWithContext(r.Context(), "GET", r.URL.Query().Get("hook"), nil)
	// ruleid: setpoint.go.server-side-request
	client.Get(fmt.Sprintf("http://%s/status", r.FormValue("host")))
	// ok: setpoint.go.server-side-request
	http.Get("https://api.example.org/orders/" + r.FormValue("id"))
	// ok: setpoint.go.server-side-request
	http.Get(baseURL + "/orders/" + r.FormValue("id"))
	// ok: setpoint.go.server-side-request
	http.Post("https://api.example.org/orders", "text/plain", r.Body)
	parsed, err := url.Parse(address)
	if err != nil || !slices.Contains(hosts, parsed.Hostname()) {
		return
	}
	// ok: setpoint.go.server-side-request
	http.Get(address)
}

func deliver(ctx context.Context, address string, body []byte) {
	// ruleid: setpoint.go.server-side-request-from-parameter
	http.Post(address, "application/json", bytes.NewReader(body))
	// ruleid: setpoint.go.server-side-request-from-parameter
	http.NewRequestWithContext(ctx, "GET", "https://"+address, nil)
}

func (h *Hooks) Ask(host string, number int) {
	// ruleid: setpoint.go.server-side-request-from-parameter
	h.client.Get(fmt.Sprintf("http://%s/status", host))
	// ok: setpoint.go.server-side-request-from-parameter
	h.client.Get(fmt.Sprintf("https://api.example.org/orders/%d", number))
	// ok: setpoint.go.server-side-request-from-parameter
	h.client.Get(h.baseURL + "/hosts/" + host)
	// ok: setpoint.go.server-side-request-from-parameter
	h.client.Get(fmt.Sprintf("%s/hosts/%s", h.endpoint, host))
	// ok: setpoint.go.server-side-request-from-parameter
	h.cache.Get(host)
}
