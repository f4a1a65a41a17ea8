package example.library;

import java.net.URI;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.HtmlUtils;

/** Books: found, sorted, shown. */
@RestController
public class BookController {
    private static final Logger LOG = LoggerFactory.getLogger(BookController.class);
    private static final Map<String, String> LANDINGS = Map.of("books", "/books", "loans", "/loans");
    private final BookRepository books;

    public BookController(BookRepository books) {
        this.books = books;
    }

    @GetMapping("/books/has")
    public boolean has(@RequestParam String title) throws SQLException {
        LOG.info("looking for " + title);
        return books.hasTitle(title);
    }

    @GetMapping("/books/sorted")
    public List<Map<String, Object>> sorted(@RequestParam String by, @RequestParam String known) {
        LOG.info("sorted by {}", by.replaceAll("[\r\n]", "_"));
        return known.isEmpty() ? books.sorted(by) : books.sortedByKnown(known);
    }

    @PostMapping("/books/{id}")
    public int rename(@PathVariable int id, @RequestBody Map<String, String> wanted) {
        LOG.info("renaming {}", id);
        return books.rename(id, wanted.get("title"));
    }

    @GetMapping("/books/author")
    public Object author(@RequestParam String author, @RequestParam int size) {
        try {
            return List.of(books.byAuthor(author), books.byShelf(author), books.page(size), books.many(List.of(1, 2)));
        } catch (SQLException error) {
            return ResponseEntity.status(500).body(error.toString() + List.of(error.getStackTrace()));
        }
    }

    @GetMapping("/books/due")
    public ResponseEntity<String> due(@RequestParam String days) {
        try {
            return ResponseEntity.ok(String.valueOf(Integer.parseInt(days)));
        } catch (NumberFormatException error) {
            LOG.warn("no number", error);
            return ResponseEntity.badRequest().body("days must be a number");
        }
    }

    @GetMapping(value = "/books/hello", produces = MediaType.TEXT_HTML_VALUE)
    public String hello(@RequestParam String name) {
        return "<h1>Hello " + name + "</h1>";
    }

    @GetMapping(value = "/books/bye", produces = MediaType.TEXT_HTML_VALUE)
    public String bye(@RequestParam String name) {
        return "<h1>Bye " + HtmlUtils.htmlEscape(name) + "</h1>";
    }

    @GetMapping(value = "/books/plain", produces = MediaType.TEXT_PLAIN_VALUE)
    public String plain(@RequestParam String name) {
        return "Hello " + name;
    }

    @GetMapping("/books/after")
    public ResponseEntity<Void> after(@RequestParam String to) {
        return ResponseEntity.status(302).location(URI.create(to)).build();
    }

    @GetMapping("/books/view")
    public String view(@RequestParam String site) {
        return "redirect:" + site;
    }

    @GetMapping("/books/home")
    public ResponseEntity<Void> home(@RequestParam String to) {
        return ResponseEntity.status(302).location(URI.create(LANDINGS.getOrDefault(to, "/"))).build();
    }
}
