package dev.runlog.bench.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.bench.figure.reading.FixedPage;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlainTableTest {
    private static final DataSet SET = new DataSet(400, 4, 2, 2, 5, System.currentTimeMillis());
    private static final int WORKFLOW = 3;

    private Postgres database;

    @BeforeAll
    void load(TestDatabase test) {
        database = Postgres.of(test.url());
        new Loader(database, SET).load();
        PlainTable.create(database);
    }

    @Test
    void hasTheSameLatestPageAsTheFixedStatement() {
        List<String> plain = ids(PlainTable.page());
        List<String> fixed = ids(FixedPage.script(SET));

        assertThat(plain).hasSize(20);
        // It also reads the first of the next page.
        assertThat(fixed).hasSize(21).startsWith(plain.toArray(String[]::new));
        assertThat(database.getLong("SELECT count(*) FROM plain.execution")).isEqualTo(SET.executions());
    }

    @Test
    void isCreatedOnce() {
        database.execute("INSERT INTO plain.workflow (id, name) VALUES (gen_random_uuid(), 'kept')");

        PlainTable.create(database);

        assertThat(database.get("SELECT name FROM plain.workflow WHERE name = 'kept'"))
                .isEqualTo("kept");
    }

    private List<String> ids(SqlScript script) {
        String sql = script.statements().get(0);
        for (Map.Entry<String, String> constant : script.constants().entrySet()) {
            String value = constant.getValue();
            sql = sql.replace(":" + constant.getKey(), value.length() == 36 ? "'" + value + "'" : value);
        }
        sql = sql.replace(":w::int", Integer.toString(WORKFLOW))
                .replace(":o::text", "'" + WORKFLOW % SET.owners() + "'");
        String ids = database.get("SELECT string_agg(id::text, ' ' ORDER BY id DESC) FROM (" + sql + ") page");
        return Arrays.asList(ids.split(" ", -1));
    }
}
