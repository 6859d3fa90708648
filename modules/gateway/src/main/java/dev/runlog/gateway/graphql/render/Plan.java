package dev.runlog.gateway.graphql.render;

/**
 * How the value of a root field is rendered: compiled once for each query and combination of its directives.
 *
 * @param root the root field, with the shape of its value
 * @param members number of its numbered members
 * @param size number of all its members
 */
record Plan(Member root, int members, int size) {
    /** Whether something may have to be loaded. */
    boolean isLoading() {
        return root.shape().isLoading();
    }
}
