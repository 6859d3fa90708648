package dev.runlog.gateway.live;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.text.SafeText;
import dev.runlog.contract.text.Sha256;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the cursors of one watch. A cursor contains the epoch, the watch and the number of a change.
 * Together these mark a position: another epoch numbers changes differently, and another watch saw other events.
 *
 * <p>The numbers count the changes of all owners, so the watch and the number are encrypted. A cursor does not reveal
 * how much others record, nor, as each has random bits, whether they recorded anything between two cursors. The content
 * is one AES block under a key that is used for nothing else and is lost with the epoch. A forged block matches the
 * watch with a probability of 1 in 2^48; otherwise it leads to a reset.
 */
final class Cursors {
    /** Used as the number of events from an incomplete snapshot: a subscription cannot resume after them. */
    static final long NO_POSITION = -1;

    private static final HexFormat HEX = HexFormat.of();
    private static final Pattern FORM = Pattern.compile("([0-9a-f]{8})-([0-9a-fx-]{1,40})");
    private static final int BLOCK_BYTES = 2 * Long.BYTES;
    /** Bits of the watch's hash, and of the number. The other 32 bits of a block are random. */
    private static final int FIELD_BITS = 48;

    private static final long FIELD_MASK = (1L << FIELD_BITS) - 1;

    /** A period without gaps in the announcements, at most until the server stops. Thread-safe. */
    static final class Epoch {
        private final String name;
        /** A cipher is used on one thread at a time. */
        private final ThreadLocal<Cipher> encryption;

        private final ThreadLocal<Cipher> decryption;

        Epoch() {
            SecureRandom random = new SecureRandom();
            byte[] name = new byte[4];
            byte[] key = new byte[16];
            random.nextBytes(name);
            random.nextBytes(key);
            this.name = HEX.formatHex(name);
            this.encryption = ThreadLocal.withInitial(() -> cipher(Cipher.ENCRYPT_MODE, key));
            this.decryption = ThreadLocal.withInitial(() -> cipher(Cipher.DECRYPT_MODE, key));
        }

        /** A single block needs no chaining. */
        private static Cipher cipher(int mode, byte[] key) {
            try {
                Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
                cipher.init(mode, new SecretKeySpec(key, "AES"));
                return cipher;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("AES is not available.", e);
            }
        }

        private byte[] encrypt(byte[] block) {
            return apply(encryption.get(), block);
        }

        private byte[] decrypt(byte[] block) {
            return apply(decryption.get(), block);
        }

        private static byte[] apply(Cipher cipher, byte[] block) {
            try {
                return cipher.doFinal(block);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private final Epoch epoch;
    private final long watch;

    Cursors(Epoch epoch, Watch watch) {
        this.epoch = epoch;
        this.watch = hash(watch.identity());
    }

    String of(long number) {
        byte[] block = ByteBuffer.allocate(BLOCK_BYTES)
                .putLong((watch << 16) | ((number & FIELD_MASK) >>> 32))
                .putLong((number << 32) | (ThreadLocalRandom.current().nextInt() & 0xFFFF_FFFFL))
                .array();
        return epoch.name + "-" + HEX.formatHex(epoch.encrypt(block));
    }

    /**
     * The number in a cursor of this watch and epoch; empty for a cursor of another one. Fails with {@code BAD_INPUT}
     * for anything else.
     */
    OptionalLong numberIn(String cursor) {
        Matcher parts = FORM.matcher(cursor);
        if (!parts.matches()) {
            throw RunlogException.badInput(SafeText.quote(cursor) + " is not a cursor of a subscription.");
        }
        String block = parts.group(2);
        if (!parts.group(1).equals(epoch.name) || !isBlock(block)) {
            return OptionalLong.empty();
        }
        ByteBuffer content = ByteBuffer.wrap(epoch.decrypt(HEX.parseHex(block)));
        long first = content.getLong();
        long number = ((first & 0xFFFF) << 32) | (content.getLong() >>> 32);
        boolean isPosition = first >>> 16 == watch && number != (NO_POSITION & FIELD_MASK);
        return isPosition ? OptionalLong.of(number) : OptionalLong.empty();
    }

    /** Cursors of one watch in one epoch are equal, so event loops share rendered events. */
    @Override
    @SuppressWarnings("ReferenceEquality") // An epoch is one object.
    public boolean equals(@Nullable Object other) {
        return other instanceof Cursors cursors && epoch == cursors.epoch && watch == cursors.watch;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(watch);
    }

    private static boolean isBlock(String text) {
        return text.length() == 2 * BLOCK_BYTES && text.chars().allMatch(HexFormat::isHexDigit);
    }

    private static long hash(String text) {
        return ByteBuffer.wrap(Sha256.of(text)).getLong() & FIELD_MASK;
    }
}
