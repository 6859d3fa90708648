package dev.runlog.recording;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names whose values are secrets. Case, {@code -}, {@code _}, dots, spaces and invisible characters do not matter. A name
 * is looked up from its end, as most differ from all of these within a few characters.
 */
final class SecretNames {
    /** The longest name, in characters, of which the start is looked for. */
    private static final int NAME_CHARS_MAX = 256;

    private final Node root = new Node();

    /** @param names whole names, or ends of names that begin with {@code *}, such as {@code *password} */
    SecretNames(List<String> names) {
        names.forEach(this::add);
    }

    private void add(String name) {
        boolean ending = name.startsWith("*");
        Node node = root;
        for (int i = name.length() - 1; i >= (ending ? 1 : 0); i--) {
            int letter = letter(name.charAt(i));
            if (letter >= 0) {
                node = node.add((char) letter);
            }
        }
        if (node == root) {
            throw new IllegalArgumentException(
                    "Invalid recording.redact-names: '" + name + "' has no letter or digit.");
        }
        node.endsName |= ending;
        node.isName = true;
    }

    /** Whether a name is one of these. */
    boolean contains(String name) {
        return isName(name, 0, name.length());
    }

    /** Whether the characters from {@code start} to {@code end} are one of these names. */
    boolean isName(String text, int start, int end) {
        Node node = root;
        for (int i = end - 1; i >= start; i--) {
            int letter = letter(text.charAt(i));
            if (letter >= 0) {
                node = node.next((char) letter);
                if (node == null) {
                    return false;
                }
                if (node.endsName) {
                    return true;
                }
            }
        }
        return node.isName;
    }

    /** Where the name that ends at {@code end} starts in prose or code; -1 where it is none of these. */
    int startOf(String text, int end) {
        if (end == 0 || root.next(Character.toLowerCase(text.charAt(end - 1))) == null) {
            return -1;
        }
        int start = end;
        int min = Math.max(0, end - NAME_CHARS_MAX);
        while (start > min && isPartOfName(text.charAt(start - 1))) {
            start--;
        }
        return isName(text, start, end) ? start : -1;
    }

    private static boolean isPartOfName(char c) {
        return c == '-' || c == '_' || c == '.' || Character.isLetterOrDigit(c);
    }

    /** Whether a JSON string that ends before {@code end} is one of these names, as far as it has no escapes. */
    boolean isStringBefore(String json, int end) {
        Node node = root;
        for (int i = end - 1; i >= 0; i--) {
            char c = json.charAt(i);
            if (c == '"') {
                return node.isName;
            }
            int letter = letter(c);
            if (letter >= 0) {
                node = node.next((char) letter);
                if (node == null) {
                    return false;
                }
                if (node.endsName) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The name as it is compared. */
    static String normalised(String text, int start, int end) {
        StringBuilder letters = new StringBuilder(end - start);
        for (int i = start; i < end; i++) {
            int letter = letter(text.charAt(i));
            if (letter >= 0) {
                letters.append((char) letter);
            }
        }
        return letters.toString();
    }

    /** The character as it is compared; -1 for one that does not matter. */
    private static int letter(char c) {
        if (c < 0x80) {
            return c == '-' || c == '_' || c == '.' || c == ' ' ? -1 : c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
        }
        if (c >= '\uFF01' && c <= '\uFF5E') {
            // Fullwidth forms of ASCII.
            return letter((char) (c - 0xFEE0));
        }
        return Character.getType(c) == Character.FORMAT ? -1 : Character.toLowerCase(c);
    }

    private static final class Node {
        private final @Nullable Node[] ascii = new Node[0x80];
        private @Nullable Map<Character, Node> others;
        private boolean isName;
        private boolean endsName;

        @Nullable
        Node next(char letter) {
            return letter < 0x80 ? ascii[letter] : others == null ? null : others.get(letter);
        }

        Node add(char letter) {
            Node next = next(letter);
            if (next == null) {
                next = new Node();
                if (letter < 0x80) {
                    ascii[letter] = next;
                } else {
                    if (others == null) {
                        others = new HashMap<>();
                    }
                    others.put(letter, next);
                }
            }
            return next;
        }
    }
}
