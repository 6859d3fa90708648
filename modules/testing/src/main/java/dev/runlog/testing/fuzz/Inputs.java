package dev.runlog.testing.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.quicktheories.core.Gen;
import org.quicktheories.core.RandomnessSource;
import org.quicktheories.impl.Constraint;

/** Generates parser inputs: arbitrary ones, and variations of valid ones. */
public final class Inputs {
    private static final int CHARS_MAX = 20_000;
    private static final int CHANGES_MAX = 6;
    private static final int SHOWN_CHARS_MAX = 2000;

    /** Fragments that often break parsers. */
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            "\"",
            "'",
            "\\",
            "/",
            ",",
            ":",
            ";",
            ".",
            "..",
            "...",
            "*",
            "**",
            "|",
            "&",
            "=",
            "-",
            "+",
            "_",
            "$",
            "@",
            "!",
            "?",
            "%",
            "#",
            "<",
            ">",
            "`",
            "~",
            "^",
            " ",
            "\t",
            "\n",
            "\r\n",
            "\r",
            "\0",
            "\u0001",
            "\u001b[2J",
            "\u007f",
            "\u0085",
            "\u2028",
            "\u202e",
            "\ufeff",
            "\ufffd",
            "\uffff",
            "\ud83d\ude00",
            "\ud800",
            "\udc00",
            "é",
            "İ",
            "ß",
            "密码",
            "\\u0000",
            "\\ud800",
            "\\udc00\\ud800",
            "\\u005c",
            "\\\"",
            "\\x",
            "\\u12",
            "{}",
            "[]",
            "\"\"",
            "[[",
            "{\"a\":",
            "/*",
            "*/",
            "//",
            "--",
            "null",
            "true",
            "false",
            "NaN",
            "Infinity",
            "-Infinity",
            "0",
            "-0",
            "00",
            "1",
            "-1",
            "0x1f",
            "1.0",
            "1e5",
            "1e9999",
            "-1e-9999",
            "1e999999999",
            "1E+2147483648",
            "2147483647",
            "2147483648",
            "-9223372036854775809",
            "99999999999999999999999999999999",
            "0.1",
            ".5",
            "5.",
            "PT",
            "P1D",
            "PT0S",
            "P99999999999999D",
            "PT-1.999999999S",
            "2026-11-24T04:26:10.123Z",
            "9999-12-31T23:59:59-18:00",
            "0000-01-01T00:00:00+18:00",
            "2016-12-31T23:59:60Z",
            "T24:00:00Z",
            "01a20f8e-6a43-7000-8000-000000000001",
            "Bearer ",
            "password",
            "\"token\":\"s3cr3t-value\"",
            "https://user:s3cr3t@host/",
            "\"__proto__\":1",
            "__typename",
            "...a",
            "fragment a on Query{...a}",
            "@skip(if:true)",
            "$v:Int=1",
            "\"\"\"",
            "&a",
            "*a",
            "!!",
            "<<",
            "? ",
            "- ");

    private static final List<String> NUMBERS = List.of(
            "0", "-0", "1", "2.50", "-1.5e300", "1E+5", "1e-9999", "1e9999", "123456789012345678901234567890.123");
    private static final List<String> ESCAPES = List.of(
            "\\\"",
            "\\\\",
            "\\/",
            "\\b",
            "\\f",
            "\\n",
            "\\r",
            "\\t",
            "\\u0000",
            "\\ud800",
            "\\ud83d\\ude00",
            "\\u0022",
            "\\u005c");

    private Inputs() {}

    /** Arbitrary text up to a length, with all kinds of characters. */
    public static Gen<String> text(int charsMax) {
        return random -> {
            int pieces = draw(random, 0, Math.max(1, charsMax / 4));
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < pieces && text.length() < charsMax; i++) {
                text.append(piece(random));
            }
            text.setLength(Math.min(text.length(), charsMax));
            return text.toString();
        };
    }

    /** One of the examples, unchanged or mutated; sometimes arbitrary text. */
    public static Gen<String> near(String... examples) {
        Gen<String> any = text(200);
        return random -> {
            if (draw(random, 0, 20) == 20) {
                return any.generate(random);
            }
            StringBuilder text = new StringBuilder(one(random, List.of(examples)));
            int changes = draw(random, 0, CHANGES_MAX);
            for (int i = 0; i < changes; i++) {
                change(random, text, examples);
                text.setLength(Math.min(text.length(), CHARS_MAX));
            }
            return text.toString();
        };
    }

    /** Valid JSON for UTF-8, with arbitrary white space, escapes and number formats. */
    public static Gen<String> json(String... names) {
        return random -> {
            StringBuilder json = new StringBuilder();
            value(random, json, draw(random, 0, 5), names);
            return json.toString();
        };
    }

    /** The texts in UTF-8, sometimes with damaged bytes. */
    public static Gen<byte[]> bytes(Gen<String> texts) {
        return texts.mutate((text, random) -> damaged(random, text.getBytes(StandardCharsets.UTF_8)));
    }

    /** A copy with some bytes replaced. */
    public static byte[] damaged(RandomnessSource random, byte[] bytes) {
        byte[] damaged = bytes.clone();
        int changes = bytes.length == 0 ? 0 : Math.max(0, draw(random, 0, 6) - 3);
        for (int i = 0; i < changes; i++) {
            damaged[draw(random, 0, bytes.length - 1)] = (byte) draw(random, 0, 255);
        }
        return damaged;
    }

    /** Splits the bytes into one or more non-empty parts. */
    public static List<byte[]> parts(RandomnessSource random, byte[] bytes) {
        List<byte[]> parts = new ArrayList<>();
        int sizeMax = draw(random, 1, Math.max(1, Math.min(bytes.length, 5000)));
        for (int at = 0; at < bytes.length; ) {
            int size = Math.min(bytes.length - at, draw(random, 1, sizeMax));
            byte[] part = new byte[size];
            System.arraycopy(bytes, at, part, 0, size);
            parts.add(part);
            at += size;
        }
        return parts;
    }

    /** A random number; both bounds are inclusive. */
    public static int draw(RandomnessSource random, int min, int max) {
        return (int) random.next(Constraint.between(min, max));
    }

    /** A random value. */
    public static <T> T one(RandomnessSource random, List<T> values) {
        return values.get(draw(random, 0, values.size() - 1));
    }

    private static void value(RandomnessSource random, StringBuilder json, int depthMax, String[] names) {
        space(random, json);
        int kind = draw(random, 0, depthMax > 0 ? 5 : 2);
        if (kind == 0) {
            json.append(one(random, List.of("null", "true", "false")));
        } else if (kind == 1) {
            json.append(one(random, NUMBERS));
        } else if (kind == 2) {
            string(random, json);
        } else {
            boolean object = kind != 3;
            json.append(object ? '{' : '[');
            int members = draw(random, 0, 4);
            for (int i = 0; i < members; i++) {
                json.append(i > 0 ? "," : "");
                space(random, json);
                if (object) {
                    name(random, json, names);
                    space(random, json);
                    json.append(':');
                }
                value(random, json, depthMax - 1, names);
            }
            space(random, json);
            json.append(object ? '}' : ']');
        }
        space(random, json);
    }

    private static void name(RandomnessSource random, StringBuilder json, String[] names) {
        if (names.length > 0 && draw(random, 0, 1) == 0) {
            json.append('"').append(one(random, List.of(names))).append('"');
        } else {
            string(random, json);
        }
    }

    private static void string(RandomnessSource random, StringBuilder json) {
        json.append('"');
        for (int i = draw(random, 0, 8); i > 0; i--) {
            switch (draw(random, 0, 3)) {
                case 0 -> json.append(one(random, ESCAPES));
                case 1 -> json.append(String.format(Locale.ROOT, "\\u%04x", draw(random, 0, 0xffff)));
                default ->
                    piece(random)
                            .codePoints()
                            .filter(c -> c >= ' ' && c != '"' && c != '\\' && (c < 0xd800 || c > 0xdfff))
                            .forEach(json::appendCodePoint);
            }
        }
        json.append('"');
    }

    private static void space(RandomnessSource random, StringBuilder json) {
        if (draw(random, 0, 5) == 5) {
            json.append(one(random, List.of(" ", "\t", "\r\n", "   ")));
        }
    }

    private static String piece(RandomnessSource random) {
        return switch (draw(random, 0, 3)) {
            case 0 -> String.valueOf((char) draw(random, ' ', '~'));
            case 1 -> String.valueOf((char) draw(random, 0, 0xffff));
            default -> one(random, PIECES);
        };
    }

    private static void change(RandomnessSource random, StringBuilder text, String[] examples) {
        int start = draw(random, 0, text.length());
        int end = Math.min(text.length(), start + draw(random, 0, 12));
        switch (draw(random, 0, 8)) {
            case 0 -> text.delete(start, end);
            case 1, 2 -> text.insert(start, piece(random));
            case 3 -> text.replace(start, end, piece(random));
            case 4 -> text.insert(draw(random, 0, text.length()), text.substring(start, end));
            case 5 -> text.setLength(start);
            case 6 -> {
                String other = one(random, List.of(examples));
                text.setLength(start);
                text.append(other, draw(random, 0, other.length()), other.length());
            }
            case 7 -> {
                int times = draw(random, 0, 9) == 9 ? draw(random, 100, 4000) : draw(random, 1, 20);
                String repeated = start == end ? piece(random) : text.substring(start, end);
                text.insert(start, repeated.repeat(Math.min(times, CHARS_MAX / repeated.length())));
            }
            default -> {
                if (start < text.length()) {
                    text.setCharAt(start, (char) (text.charAt(start) ^ 1 << draw(random, 0, 15)));
                }
            }
        }
    }

    /** Escapes and truncates an input for a report. */
    static String shown(Object input) {
        String text =
                input instanceof byte[] bytes ? new String(bytes, StandardCharsets.ISO_8859_1) : String.valueOf(input);
        StringBuilder shown = new StringBuilder("\"");
        for (int i = 0; i < Math.min(text.length(), SHOWN_CHARS_MAX); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c <= '~') {
                shown.append(c == '"' || c == '\\' ? "\\" : "").append(c);
            } else {
                shown.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        return shown.append(text.length() > SHOWN_CHARS_MAX ? "\"... (" + text.length() + " characters)" : "\"")
                .toString();
    }
}
