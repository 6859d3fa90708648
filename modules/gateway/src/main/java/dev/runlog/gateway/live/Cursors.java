package dev.runlog.gateway.live;

import dev.runlog.contract.error.RunlogException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * Writes and reads the cursors of one watch. A cursor names the run of the server, the watch and the number of a change,
 * as only these together mark a place: another run has other numbers, and of another watch something else was seen.
 *
 * <p>The numbers count the changes of all owners, so the watch and the number are encrypted: nobody learns from a cursor
 * how much others record, nor, as each has random bits of its own, whether they recorded anything between two cursors.
 * All is one block of AES under a key that is used for nothing else and is gone with its run. A block that somebody makes
 * up names the watch with a chance of 1 in 2^48; any other is answered by a reset.
 */
final class Cursors {
    /** Instead of a number, for events that cannot be continued after: a snapshot's, before it is whole. */
    static final long NOWHERE = -1;

    private static final HexFormat HEX = HexFormat.of();
    private static final Pattern FORM = Pattern.compile("([0-9a-f]{8})-([0-9a-fx-]{1,40})");
    private static final int BLOCK_BYTES = 2 * Long.BYTES;
    /** Bits of the watch's hash and of the number; the other 32 of a block are random. */
    private static final int FIELD_BITS = 48;

    private static final long FIELD_MASK = (1L << FIELD_BITS) - 1;

    /** A run of the server, or of what it knows between two gaps. Used on one thread at a time. */
    static final class Run {
        private final String name;
        private final Cipher encryption;
        private final Cipher decryption;

        Run() {
            SecureRandom random = new SecureRandom();
            byte[] name = new byte[4];
            byte[] key = new byte[16];
            random.nextBytes(name);
            random.nextBytes(key);
            this.name = HEX.formatHex(name);
            this.encryption = cipher(Cipher.ENCRYPT_MODE, key);
            this.decryption = cipher(Cipher.DECRYPT_MODE, key);
        }

        /** One block alone needs no mode of chaining. */
        private static Cipher cipher(int mode, byte[] key) {
            try {
                Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
                cipher.init(mode, new SecretKeySpec(key, "AES"));
                return cipher;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("This Java has no AES.", e);
            }
        }

        private byte[] encrypt(byte[] block) {
            return apply(encryption, block);
        }

        private byte[] decrypt(byte[] block) {
            return apply(decryption, block);
        }

        private static byte[] apply(Cipher cipher, byte[] block) {
            try {
                return cipher.doFinal(block);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private final Run run;
    private final long watch;

    Cursors(Run run, Watch watch) {
        this.run = run;
        this.watch = hash(watch.name());
    }

    String of(long number) {
        byte[] block = ByteBuffer.allocate(BLOCK_BYTES)
                .putLong((watch << 16) | ((number & FIELD_MASK) >>> 32))
                .putLong((number << 32) | (ThreadLocalRandom.current().nextInt() & 0xFFFF_FFFFL))
                .array();
        return run.name + "-" + HEX.formatHex(run.encrypt(block));
    }

    /**
     * The number in a cursor of this very watch and run; empty for any other cursor. Fails with {@code BAD_INPUT} for
     * what is no cursor.
     */
    OptionalLong numberIn(String cursor) {
        Matcher parts = FORM.matcher(cursor);
        if (!parts.matches()) {
            String shown = cursor.length() > 60 ? cursor.substring(0, 60) + "…" : cursor;
            throw RunlogException.badInput("'" + shown + "' is not a cursor of a subscription.");
        }
        String block = parts.group(2);
        if (!parts.group(1).equals(run.name) || !isBlock(block)) {
            return OptionalLong.empty();
        }
        ByteBuffer content = ByteBuffer.wrap(run.decrypt(HEX.parseHex(block)));
        long first = content.getLong();
        long number = ((first & 0xFFFF) << 32) | (content.getLong() >>> 32);
        boolean isPlace = first >>> 16 == watch && number != (NOWHERE & FIELD_MASK);
        return isPlace ? OptionalLong.of(number) : OptionalLong.empty();
    }

    private static boolean isBlock(String text) {
        return text.length() == 2 * BLOCK_BYTES && text.chars().allMatch(HexFormat::isHexDigit);
    }

    private static long hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong() & FIELD_MASK;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no SHA-256.", e);
        }
    }
}
