package dev.runlog.gateway.live;

import dev.runlog.contract.model.Execution;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Channels, indexed by what they watch: a change is matched only with channels that it may concern. */
final class Channels {
    private final Map<Watch, Channel> all = new HashMap<>();
    /** By owner, workflow or execution: the narrowest that the watch names. */
    private final Map<Object, Set<Channel>> index = new HashMap<>();

    Channel getOrCreate(Watch watch, Function<Watch, Channel> create) {
        Channel known = all.get(watch);
        if (known != null) {
            return known;
        }
        Channel created = create.apply(watch);
        all.put(watch, created);
        index.computeIfAbsent(key(watch), none -> new LinkedHashSet<>()).add(created);
        return created;
    }

    void remove(Channel channel) {
        Watch watch = channel.watch();
        if (all.remove(watch, channel)) {
            Set<Channel> same = index.get(key(watch));
            if (same != null && same.remove(channel) && same.isEmpty()) {
                index.remove(key(watch));
            }
        }
    }

    /** Calls the visitor for all channels that a change of the execution may concern. */
    void visit(Execution execution, Consumer<Channel> visitor) {
        visit(index.get(execution.owner()), visitor);
        visit(index.get(execution.workflowId()), visitor);
        visit(index.get(execution.id()), visitor);
    }

    List<Channel> list() {
        return new ArrayList<>(all.values());
    }

    private static void visit(@Nullable Set<Channel> channels, Consumer<Channel> visitor) {
        if (channels == null) {
            return;
        }
        if (channels.size() == 1) {
            visitor.accept(channels.iterator().next());
        } else {
            List.copyOf(channels).forEach(visitor);
        }
    }

    /** IDs are unique across workflows and executions, and an owner is text, so keys never collide. */
    private static Object key(Watch watch) {
        UUID execution = watch.executionId();
        UUID workflow = watch.workflowId();
        return execution != null ? execution : workflow != null ? workflow : watch.owner();
    }
}
