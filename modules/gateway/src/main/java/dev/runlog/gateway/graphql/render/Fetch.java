package dev.runlog.gateway.graphql.render;

import dev.runlog.contract.bus.Requests;
import dev.runlog.contract.model.Viewer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The request for one field, as seen by its property.
 *
 * @param field name of the field
 * @param requests sends requests; their replies count towards the memory of the response
 * @param arguments arguments of the field, coerced
 * @param selected the fields that are selected below it
 */
public record Fetch(
        String field,
        Viewer viewer,
        Requests requests,
        Map<String, @Nullable Object> arguments,
        SelectedFields selected) {}
