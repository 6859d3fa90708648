package dev.runlog.storage.cleanup;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.cleanup.CleanupRules.Rule;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Until when executions started that a cleanup is for, where all that matters is their age and status.
 *
 * @param meant by the criteria
 * @param going by the criteria and by policies that are for everybody; of the statuses that the criteria are for
 */
record AgeBounds(Instant meant, Map<ExecutionStatus, Instant> going) {
    private static final double SECONDS_OF_DAY = Duration.ofDays(1).toSeconds();

    /** Of criteria and rules that keep no number and are for everybody; the first that is for a status decides. */
    static AgeBounds of(Cleanup cleanup, List<Rule> rules) {
        Instant before = cleanup.criteria().before();
        Map<ExecutionStatus, Instant> going = new EnumMap<>(ExecutionStatus.class);
        for (ExecutionStatus status : CleanupScope.deletable(cleanup.criteria().statuses())) {
            Instant since = rules.stream()
                    .filter(rule -> rule.isFor(status))
                    .findFirst()
                    .map(Rule::keepSince)
                    .orElse(before);
            going.put(status, since.isBefore(before) ? since : before);
        }
        return new AgeBounds(before, going);
    }

    /** How much of a day lies before a moment: cut from its newer end, as if starts were spread evenly. */
    static double share(LocalDate day, Instant moment) {
        return Math.max(0, Math.min(1, days(moment) - day.toEpochDay()));
    }

    /** The statuses by their bounds, of which there are few. */
    Map<Instant, Set<ExecutionStatus>> statuses() {
        return going.keySet().stream().collect(Collectors.groupingBy(going::get, TreeMap::new, Collectors.toSet()));
    }

    /** Since the epoch. */
    static double days(Instant moment) {
        return (moment.getEpochSecond() + moment.getNano() / 1e9) / SECONDS_OF_DAY;
    }
}
