package dev.runlog.bench.figure.reading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.database.SqlScript;
import org.junit.jupiter.api.Test;

class FixedPageTest {
    private static final DataSet SET = new DataSet(3_000, 20, 5, 3, 20, 1_764_264_000_000L);

    @Test
    void readsARandomWorkflowOfItsOwner() {
        SqlScript script = FixedPage.script(SET);

        assertThat(script.statements())
                .singleElement()
                .asString()
                .startsWith("SELECT e.id")
                .contains(
                        "w.id = " + SqlScript.WORKFLOW_ID + " AND o.subject = " + SqlScript.OWNER,
                        "e.id >= :p1",
                        "LIMIT :p4");
        assertThat(script.constants())
                .containsEntry("p1", "019abc07-8200-7000-8000-000000000000")
                .containsEntry("p4", "21");
    }
}
