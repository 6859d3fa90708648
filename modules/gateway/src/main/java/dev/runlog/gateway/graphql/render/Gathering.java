package dev.runlog.gateway.graphql.render;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One level of the objects below a value: collects what has to be loaded for them, then loads it at once. */
final class Gathering {
    /** Approximate heap of a loaded value besides the value: its key, and its entries in two maps. */
    private static final int VALUE_BYTES = 200;

    private final Rendering rendering;
    private final Map<Group, Wanted<?, ?>> groups = new LinkedHashMap<>();

    private @Nullable Wanted<?, ?> last;

    /** Keys that are loaded with one request. */
    private record Group(Loaded.Batch<?, ?> batch, Object group) {}

    Gathering(Rendering rendering) {
        this.rendering = rendering;
    }

    Rendering rendering() {
        return rendering;
    }

    /** Determines the value of a member now, or together with the others of this level. */
    void gather(Member member, Object source) {
        if (rendering.isGathered(member, source)) {
            return;
        }
        try {
            rendering.allowance().take(VALUE_BYTES);
            if (member.fetcher() instanceof Loaded<?, ?, ?> loaded) {
                Object key = loaded.key(source, rendering.fetch(member));
                if (key == null) {
                    set(member, source, loaded.value(source, null));
                } else {
                    // Found again through another object, it is not loaded twice.
                    rendering.setGathered(member, source, null);
                    wanted(loaded.batch(), key, member).add(member, source, loaded, key);
                }
            } else {
                set(member, source, member.value(source, rendering));
            }
        } catch (Exception failure) {
            rendering.setFailed(member, source, failure);
        }
    }

    private Wanted<?, ?> wanted(Loaded.Batch<?, ?> batch, Object key, Member member) {
        Object group = batch.groupOf(key);
        Wanted<?, ?> found = last;
        // The objects of a list usually need the same.
        if (found == null || !found.batch.equals(batch) || !found.group.equals(group)) {
            found = groups.computeIfAbsent(
                    new Group(batch, group), none -> new Wanted<>(batch, group, rendering.fetch(member)));
            last = found;
        }
        return found;
    }

    private void set(Member member, Object source, @Nullable Object value) {
        rendering.setGathered(member, source, value);
        if (value != null) {
            member.shape().gather(value, this);
        }
    }

    /** Loads everything of this level, then the levels below. */
    Future<Void> load() {
        if (groups.isEmpty()) {
            return Future.succeededFuture();
        }
        Gathering next = new Gathering(rendering);
        List<Future<Void>> loading = new ArrayList<>(groups.size());
        groups.values().forEach(wanted -> loading.add(wanted.load(next)));
        Future<?> all = loading.size() == 1 ? loading.get(0) : Future.join(loading);
        return all.compose(done -> next.load());
    }

    /** What is wanted with one request. */
    private static final class Wanted<K, V> {
        private record Value(Member member, Object source, Loaded<?, ?, ?> loaded, Object key) {}

        private final Loaded.Batch<K, V> batch;
        private final Object group;
        private final Fetch fetch;
        private final Set<K> keys = new LinkedHashSet<>();
        private final List<Value> values = new ArrayList<>();

        Wanted(Loaded.Batch<K, V> batch, Object group, Fetch fetch) {
            this.batch = batch;
            this.group = group;
            this.fetch = fetch;
        }

        @SuppressWarnings("unchecked") // A key for this batch.
        void add(Member member, Object source, Loaded<?, ?, ?> loaded, Object key) {
            keys.add((K) key);
            values.add(new Value(member, source, loaded, key));
        }

        Future<Void> load(Gathering next) {
            Future<Map<K, V>> reply;
            try {
                reply = batch.read().apply(fetch, List.copyOf(keys));
            } catch (RuntimeException failure) {
                reply = Future.failedFuture(failure);
            }
            return reply.transform(loaded -> {
                set(loaded, next);
                return Future.succeededFuture();
            });
        }

        private void set(AsyncResult<Map<K, V>> reply, Gathering next) {
            for (Value wanted : values) {
                if (reply.failed()) {
                    next.rendering.setFailed(wanted.member(), wanted.source(), reply.cause());
                    continue;
                }
                try {
                    next.set(
                            wanted.member(),
                            wanted.source(),
                            wanted.loaded()
                                    .value(wanted.source(), reply.result().get(wanted.key())));
                } catch (RuntimeException failure) {
                    next.rendering.setFailed(wanted.member(), wanted.source(), failure);
                }
            }
        }
    }
}
