package dev.runlog.contract.event;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.recording.ExecutionRef;
import dev.runlog.contract.text.SafeText;
import dev.runlog.contract.text.TimeFormats;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The members of one object; null counts as absent. */
final class EventObject {
    private final Map<EventMember, @Nullable Object> values = new EnumMap<>(EventMember.class);

    void put(EventMember member, @Nullable Object value) {
        if (values.containsKey(member)) {
            throw RunlogException.badInput("Repeated member `" + member.key() + "`.");
        }
        values.put(member, value);
    }

    EventObject only(Set<EventMember> allowed) {
        for (EventMember member : values.keySet()) {
            if (!allowed.contains(member)) {
                throw unknown(member.key());
            }
        }
        return this;
    }

    @Nullable
    Object value(EventMember member) {
        return values.get(member);
    }

    @Nullable
    String text(EventMember member) {
        return (String) values.get(member);
    }

    @Nullable
    UUID id(EventMember member) {
        String text = text(member);
        return text == null ? null : Ids.parse(text, member.key());
    }

    /** Fails if a source is given without an external ID. */
    void requireExternalIdOfSource() {
        String source = text(EventMember.SOURCE);
        if (source != null && EventMember.EXTERNAL_IDS.stream().noneMatch(member -> values.get(member) != null)) {
            throw ExecutionRef.sourceWithoutExternalId(source);
        }
    }

    /** The execution given by one of two members; null if neither is set. */
    @Nullable
    ExecutionRef execution(EventMember id, EventMember externalId) {
        return ExecutionRef.ofMembers(text(id), text(externalId), text(EventMember.SOURCE), id.key(), externalId.key());
    }

    @SuppressWarnings("unchecked") // Only labels() puts it.
    Map<String, String> labels() {
        Object labels = values.get(EventMember.LABELS);
        return labels == null ? Map.of() : (Map<String, String>) labels;
    }

    @Nullable
    Instant instant(EventMember member) {
        String text = text(member);
        try {
            return text == null ? null : TimeFormats.dateTime(text);
        } catch (DateTimeException malformed) {
            throw invalid(member, malformed);
        }
    }

    @Nullable
    Duration duration(EventMember member) {
        String text = text(member);
        try {
            return text == null ? null : TimeFormats.duration(text);
        } catch (DateTimeException malformed) {
            throw invalid(member, malformed);
        }
    }

    <C extends Enum<C>> C constant(Class<C> type, EventMember member) {
        String text = text(member);
        for (C constant : type.getEnumConstants()) {
            if (constant.name().equals(text)) {
                return constant;
            }
        }
        throw RunlogException.badInput((text == null
                        ? "Missing `" + member.key() + "`"
                        : "Invalid `" + member.key() + "`: " + SafeText.show(text))
                + " (expected one of " + Arrays.toString(type.getEnumConstants()) + ").");
    }

    private static RunlogException invalid(EventMember member, DateTimeException malformed) {
        return RunlogException.badInput("Invalid `" + member.key() + "`: " + malformed.getMessage() + ".");
    }

    static RunlogException unknown(String key) {
        return RunlogException.badInput("Unknown member `" + SafeText.show(key) + "`.");
    }
}
