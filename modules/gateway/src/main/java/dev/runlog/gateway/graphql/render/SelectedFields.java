package dev.runlog.gateway.graphql.render;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The fields that are selected below a field, with fragments and directives applied. */
public final class SelectedFields {
    static final SelectedFields NONE = new SelectedFields(List.of());

    private final List<Member> members;

    SelectedFields(List<Member> members) {
        this.members = members;
    }

    public boolean has(String name) {
        return members.stream().anyMatch(member -> member.fieldName().equals(name));
    }

    /** Whether one of these fields is selected. */
    public boolean hasAny(Set<String> names) {
        return members.stream().anyMatch(member -> names.contains(member.fieldName()));
    }

    /** What is selected below the fields with a name, one for each of their response keys. */
    public Stream<SelectedFields> below(String name) {
        return members.stream()
                .filter(member -> member.fieldName().equals(name))
                .map(Member::selected);
    }

    /** Whether only these fields are selected, here and at any depth within {@code containers}. */
    public boolean areWithin(Set<String> names, Set<String> containers) {
        return members.stream()
                .allMatch(member -> containers.contains(member.fieldName())
                        ? member.selected().areWithin(names, containers)
                        : names.contains(member.fieldName()));
    }
}
