package dev.runlog.gateway.memory;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.gateway.config.GatewayConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Bytes of all request bodies and messages that were received and are not answered yet. They are limited in total, per
 * owner and per address. An owner may also hold at most as much as remains free, in total and at its address, so a few
 * owners can never take everything. Thread-safe; a share is used on one event loop.
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
        this(config.bodiesMaxBytes(), config.bodiesOwnerMaxBytes(), config.bodiesAddressMaxBytes());
    }

    ByteBudget(long bytesMax, long ownerBytesMax, long addressBytesMax) {
        this.bytesMax = bytesMax;
        this.ownerBytesMax = ownerBytesMax;
        this.addressBytesMax = addressBytesMax;
    }

    /** A share without bytes. */
    public Share open(String owner, String address) {
        return new Share(owner, address);
    }

    /** Bytes of all shares. */
    public synchronized long bytes() {
        return bytes;
    }

    /** The error for a caller when the budget is used up. */
    public static RunlogException exhausted() {
        return RunlogException.overloaded(
                "Too many bytes of request bodies are in progress (http.bodies-max-bytes).", RETRY_AFTER);
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

        /** Sets the size of this share in bytes; returns whether there is room for it. */
        public boolean resize(long wanted) {
            if (wanted == held) {
                return true;
            }
            if (!ByteBudget.this.add(owner, address, wanted - held)) {
                return false;
            }
            held = wanted;
            return true;
        }

        /** Releases all bytes. */
        public void release() {
            resize(0);
        }
    }

    private synchronized boolean add(String owner, String address, long more) {
        long ofOwner = byOwner.getOrDefault(owner, 0L) + more;
        long ofAddress = byAddress.getOrDefault(address, 0L) + more;
        long left = Math.min(bytesMax - bytes - more, addressBytesMax - ofAddress);
        if (more > 0 && ofOwner > Math.min(ownerBytesMax, left)) {
            return false;
        }
        put(byOwner, owner, ofOwner);
        put(byAddress, address, ofAddress);
        bytes += more;
        return true;
    }

    private static void put(Map<String, Long> counts, String name, long count) {
        if (count == 0) {
            counts.remove(name);
        } else {
            counts.put(name, count);
        }
    }
}
