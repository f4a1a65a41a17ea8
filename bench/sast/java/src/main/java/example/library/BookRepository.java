package example.library;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Books in the database. */
public class BookRepository {
    private static final String TABLE = "books";
    private static final Map<String, String> SORTABLE = Map.of("title", "title", "age", "printed");
    private final DataSource source;
    private final JdbcTemplate template;

    public BookRepository(DataSource source) {
        this.source = source;
        this.template = new JdbcTemplate(source);
    }

    public boolean hasTitle(String title) throws SQLException {
        try (Connection connection = source.getConnection()) {
            return connection.createStatement().executeQuery("SELECT id FROM books WHERE title = '" + title + "'").next();
        }
    }

    public List<Map<String, Object>> sorted(String column) {
        return template.queryForList("SELECT id, title FROM books ORDER BY " + column);
    }

    public int rename(int id, String title) {
        String statement = String.format("UPDATE books SET title = '%s' WHERE id = %d", title, id);
        return template.update(statement);
    }

    public List<Map<String, Object>> byAuthor(String author) throws SQLException {
        StringBuilder statement = new StringBuilder("SELECT id FROM books WHERE author LIKE '%");
        statement.append(author).append("%'");
        try (Connection connection = source.getConnection();
                PreparedStatement prepared = connection.prepareStatement(statement.toString());
                ResultSet found = prepared.executeQuery()) {
            return found.next() ? List.of(Map.of("id", found.getInt(1))) : List.of();
        }
    }

    public List<Map<String, Object>> byShelf(String shelf) {
        return template.queryForList("SELECT id, title FROM " + TABLE + " WHERE shelf = ?", shelf);
    }

    public List<Map<String, Object>> sortedByKnown(String name) {
        String column = SORTABLE.getOrDefault(name, "id");
        return template.queryForList("SELECT id, title FROM books ORDER BY " + column);
    }

    public List<Map<String, Object>> many(List<Integer> ids) {
        String marks = String.join(", ", Collections.nCopies(ids.size(), "?"));
        return template.queryForList("SELECT title FROM books WHERE id IN (" + marks + ")", ids.toArray());
    }

    public List<Map<String, Object>> page(int size) {
        return template.queryForList("SELECT title FROM books LIMIT " + size);
    }

    private void purge(String table) {
        template.execute("DELETE FROM " + table);
    }
}
