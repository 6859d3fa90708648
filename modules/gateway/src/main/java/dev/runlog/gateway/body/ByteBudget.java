package dev.runlog.gateway.body;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.gateway.GatewayConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The bytes of all bodies and messages that were received and not yet worked off, with a limit in all, for each owner
 * and for each address. An owner also gets at most as much as is left for the others, so no few of them can take it
 * all. Used on one event loop.
 */
public final class ByteBudget {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final long bytesMax;
    private final long ownerBytesMax;
    private final long addressBytesMax;
    private final Map<String, Long> byOwner = new HashMap<>();
    private final Map<String, Long> byAddress = new HashMap<>();
    private long bytes;

    public ByteBudget(GatewayConfig.Http config) {
        this.bytesMax = config.bodiesMaxBytes();
        this.ownerBytesMax = config.bodiesOwnerMaxBytes();
        this.addressBytesMax = config.bodiesAddressMaxBytes();
    }

    /** A share that begins with no bytes. */
    public Share open(String owner, String address) {
        return new Share(owner, address);
    }

    /** Bytes of all shares. */
    public long bytes() {
        return bytes;
    }

    /** What a caller gets whose share cannot grow. */
    public static RunlogException exhausted() {
        return RunlogException.overloaded(
                "Too many bytes of request bodies are under way; see http.bodies-max-bytes.", RETRY_AFTER);
    }

    /** The bytes of one body or connection. */
    public final class Share {
        private final String owner;
        private final String address;
        private long held;

        private Share(String owner, String address) {
            this.owner = owner;
            this.address = address;
        }

        public long held() {
            return held;
        }

        /** Takes or gives back bytes until it holds as many as given; returns whether it may. */
        public boolean resize(long wanted) {
            long more = wanted - held;
            if (more == 0) {
                return true;
            }
            long ofOwner = byOwner.getOrDefault(owner, 0L) + more;
            long ofAddress = byAddress.getOrDefault(address, 0L) + more;
            if (more > 0
                    && (bytes + more > bytesMax
                            || ofOwner > Math.min(ownerBytesMax, bytesMax - bytes - more)
                            || ofAddress > addressBytesMax)) {
                return false;
            }
            put(byOwner, owner, ofOwner);
            put(byAddress, address, ofAddress);
            bytes += more;
            held = wanted;
            return true;
        }

        /** Gives everything back. */
        public void release() {
            resize(0);
        }

        private static void put(Map<String, Long> counts, String name, long count) {
            if (count == 0) {
                counts.remove(name);
            } else {
                counts.put(name, count);
            }
        }
    }
}
