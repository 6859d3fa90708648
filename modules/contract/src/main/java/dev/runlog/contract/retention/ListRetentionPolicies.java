package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import java.util.List;

/** A page of the policies that apply to the viewer's executions, or of all policies with {@code ops}; latest first. */
public record ListRetentionPolicies(Viewer viewer, PageRequest page)
        implements Request<ListRetentionPolicies.PolicyPage> {

    /** Policies and their total number. */
    public record PolicyPage(List<RetentionPolicy> policies, PageEnds ends, long total) implements Message {
        public PolicyPage {
            policies = List.copyOf(policies);
        }
    }
}
