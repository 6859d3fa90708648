package dev.runlog.contract.event;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The members of events, steps and errors. */
enum EventMember {
    EVENT("event"),
    OWNER("owner"),
    WORKFLOW("workflow"),
    WORKFLOW_ID("workflowId"),
    WORKFLOW_NAME("workflowName"),
    ID("id"),
    EXTERNAL_ID("externalId"),
    SOURCE("source"),
    QUEUED_AT("queuedAt"),
    STARTED_AT("startedAt"),
    TRIGGER("trigger"),
    ATTEMPT("attempt"),
    PARENT_ID("parentId"),
    PARENT_EXTERNAL_ID("parentExternalId"),
    RETRY_OF("retryOf"),
    RETRY_OF_EXTERNAL_ID("retryOfExternalId"),
    LABELS("labels"),
    PAYLOAD("payload"),
    HEARTBEAT_TIMEOUT("heartbeatTimeout"),
    STATUS("status"),
    FINISHED_AT("finishedAt"),
    RESULT("result"),
    ERROR("error"),
    STEPS("steps"),
    INDEX("index"),
    PARENT_INDEX("parentIndex"),
    NAME("name"),
    KIND("kind"),
    INPUT("input"),
    OUTPUT("output"),
    MESSAGE("message"),
    TYPE("type"),
    STACK_TRACE("stackTrace"),
    DETAILS("details");

    /** The members to which a source applies. */
    static final Set<EventMember> EXTERNAL_IDS = EnumSet.of(EXTERNAL_ID, PARENT_EXTERNAL_ID, RETRY_OF_EXTERNAL_ID);

    private static final Map<String, EventMember> BY_KEY = new HashMap<>();

    static {
        for (EventMember member : values()) {
            BY_KEY.put(member.key, member);
        }
    }

    private final String key;

    EventMember(String key) {
        this.key = key;
    }

    /** The member with this key; null if there is none. */
    static @Nullable EventMember find(String key) {
        return BY_KEY.get(key);
    }

    String key() {
        return key;
    }
}
