package dev.runlog.storage.write;

import dev.runlog.contract.model.Execution;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The links between executions that must not form cycles. */
public enum Link {
    /** To the execution that started it. */
    PARENT("parent_id", "parentId", "parentExternalId"),
    /** To the execution that it repeats. */
    RETRY("retry_of", "retryOf", "retryOfExternalId");

    private final String column;
    private final String idMember;
    private final String externalIdMember;

    Link(String column, String idMember, String externalIdMember) {
        this.column = column;
        this.idMember = idMember;
        this.externalIdMember = externalIdMember;
    }

    String column() {
        return column;
    }

    /** The member of an event that names the other execution by its ID. */
    public String idMember() {
        return idMember;
    }

    /** The member of an event that names the other execution by its external ID. */
    public String externalIdMember() {
        return externalIdMember;
    }

    /** The other execution; null without a link. */
    public @Nullable UUID of(Execution execution) {
        return this == PARENT ? execution.parentId() : execution.retryOf();
    }
}
