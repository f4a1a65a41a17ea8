package shop;

import java.io.File;
import java.io.FileInputStream;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.servlet.http.HttpServletRequest;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.multipart.MultipartFile;

class FileServlet {
    private static final Path ROOT = Path.of("/srv/files");

    void doGet(HttpServletRequest request) throws Exception {
        String name = request.getParameter("name");
        // ruleid: setpoint.java.path-traversal
        new FileInputStream("/srv/files/" + name);
        // ruleid: setpoint.java.path-traversal
        Files.readString(ROOT.resolve(request.getParameter("name")));
        // ruleid: setpoint.java.path-traversal
        Files.delete(Paths.get("/srv/files", name));
        // ok: setpoint.java.path-traversal
        Files.readString(ROOT.resolve(Path.of(name).getFileName()));
        // ok: setpoint.java.path-traversal
        new FileInputStream(new File("/srv/files", new File(name).getName()));
        // ok: setpoint.java.path-traversal
        Files.readString(ROOT.resolve("index.html"));
        Path wanted = ROOT.resolve(name).normalize();
        if (!wanted.startsWith(ROOT)) {
            throw new SecurityException(name);
        }
        // ok: setpoint.java.path-traversal
        Files.readString(wanted);
    }

    @PostMapping("/upload")
    void upload(@RequestParam("file") MultipartFile sent) throws Exception {
        // ruleid: setpoint.java.path-traversal
        sent.transferTo(new File("/srv/files", sent.getOriginalFilename()));
        // ok: setpoint.java.path-traversal
        sent.transferTo(new File("/srv/files", FilenameUtils.getName("report.pdf")));
    }
}

class Storage {
    byte[] read(String name) throws Exception {
        // ruleid: setpoint.java.path-from-parameter
        return Files.readAllBytes(root.resolve(name));
    }

    void write(String name, byte[] data) throws Exception {
        Path wanted = Paths.get("/srv/files", name);
        // ruleid: setpoint.java.path-from-parameter
        Files.write(wanted, data);
    }

    FileInputStream open(String name) throws Exception {
        // ruleid: setpoint.java.path-from-parameter
        return new FileInputStream("/srv/files/" + name);
    }

    FileInputStream settings(String path) throws Exception {
        // ok: setpoint.java.path-from-parameter
        return new FileInputStream(path);
    }

    String page(int number) throws Exception {
        // ok: setpoint.java.path-from-parameter
        return Files.readString(root.resolve(number + ".html"));
    }

    String plain(String name) throws Exception {
        // ok: setpoint.java.path-from-parameter
        return Files.readString(root.resolve(Path.of(name).getFileName()));
    }

    String checked(String name) throws Exception {
        Path wanted = root.resolve(name).normalize();
        if (!wanted.startsWith(root)) throw new SecurityException(name);
        // ok: setpoint.java.path-from-parameter
        return Files.readString(wanted);
    }
}

class Unpacker {
    void unpack(ZipInputStream archive, Path folder) throws Exception {
        ZipEntry entry;
        while ((entry = archive.getNextEntry()) != null) {
            // ruleid: setpoint.java.archive-extracted-anywhere
            new FileOutputStream(new File("/srv/files", entry.getName()));
            // ruleid: setpoint.java.archive-extracted-anywhere
            Files.createDirectories(folder.resolve(entry.getName()));
            // ruleid: setpoint.java.archive-extracted-anywhere
            Files.newOutputStream(Path.of("/srv/files/" + entry.getName()));
            // ok: setpoint.java.archive-extracted-anywhere
            Files.newOutputStream(folder.resolve(Path.of(entry.getName()).getFileName()));
            // ok: setpoint.java.archive-extracted-anywhere
            Files.newOutputStream(folder.resolve("manifest.json"));
            Path wanted = folder.resolve(entry.getName()).normalize();
            if (!wanted.startsWith(folder)) {
                throw new SecurityException(entry.getName());
            }
            // ok: setpoint.java.archive-extracted-anywhere
            Files.newOutputStream(wanted);
            // ok: setpoint.java.archive-extracted-anywhere
            Files.createDirectories(wanted);
        }
    }
}

class Preview {
    private static final String BASE_URL = "https://api.example.org";
    private static final Set<String> HOSTS = Set.of("api.example.org");

    void preview(HttpServletRequest request) throws Exception {
        String address = request.getParameter("address");
        // ruleid: setpoint.java.server-side-request
        new URL(address).openStream();
        // ruleid: setpoint.java.server-side-request
        restTemplate.getForObject(request.getParameter("hook"), String.class);
        // ruleid: setpoint.java.server-side-request
        HttpRequest.newBuilder(URI.create("http://" + request.getParameter("host") + "/status"));
        // ok: setpoint.java.server-side-request
        restTemplate.getForObject("https://api.example.org/orders/" + request.getParameter("id"), String.class);
        // ok: setpoint.java.server-side-request
        restTemplate.getForObject(BASE_URL + "/orders/" + request.getParameter("id"), String.class);
        // ok: setpoint.java.server-side-request
        restTemplate.getForObject("https://api.example.org/orders/{id}", String.class, address);
        URI parsed = URI.create(address);
        if (!HOSTS.contains(parsed.getHost())) {
            return;
        }
        // ok: setpoint.java.server-side-request
        new URL(address).openStream();
    }

    Object deliver(String address, String body, String id) throws Exception {
        // ruleid: setpoint.java.server-side-request-from-parameter
        new URL(address).openConnection();
        // ruleid: setpoint.java.server-side-request-from-parameter
        HttpRequest.newBuilder().uri(URI.create("https://" + address));
        // ok: setpoint.java.server-side-request-from-parameter
        restTemplate.postForEntity(BASE_URL + "/orders", body, String.class);
        // ok: setpoint.java.server-side-request-from-parameter
        restTemplate.getForObject(this.baseUrl + "/orders/" + id, String.class);
        // ok: setpoint.java.server-side-request-from-parameter
        restTemplate.getForObject("https://api.example.org/" + id, String.class);
        // ok: setpoint.java.server-side-request-from-parameter
        cache.get(address);
        // ruleid: setpoint.java.server-side-request-from-parameter
        return restTemplate.postForEntity(address, body, String.class);
    }
}
