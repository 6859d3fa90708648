import type { ExecutionFilter, ExecutionOrder, Operations, RunRow } from '#operations';
import { ApiError, asApiError } from '../api/errors';
import { follow, link } from '../api/live';
import { request } from '../api/request';
import { session } from '../api/server';
import { createStore, type Store } from '../api/store';
import { markRead } from '../app/freshness';
import { RUNS_LIVE, RUNS_PAGE } from './operations';
import { append, apply, type Entry, entries, prepend } from './rows';

export interface Question {
  readonly filter: ExecutionFilter;
  /** The filter at this moment, if it has a range of time that ends now. */
  readonly filterNow: () => ExecutionFilter;
  readonly order: ExecutionOrder;
}

export interface ListState {
  readonly rows: readonly Entry[];
  /** The question that the rows answer. */
  readonly answered: Question | null;
  readonly loading: boolean;
  readonly error: ApiError | null;
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  /** The search took too long: how far back it got. */
  readonly partial: { readonly until: string | null } | null;
  /** Whether the next rows are on their way. */
  readonly loadingMore: boolean;
  /** Runs that match but are not among the rows. */
  readonly fresh: number;
  /** Whether something changed that rows in this order cannot show. */
  readonly outdated: boolean;
  /** Counts the answers that replaced all rows, after which the table starts at its top. */
  readonly generation: number;
}

type Page = NonNullable<Operations['RunsPage']['result']['executions']>;

const FIRST_ROWS = 60;
const MORE_ROWS = 100;
const REFRESHED_ROWS = 200;
const RETRY_MILLIS = 5_000;
/** Counts and the histogram are read again this often while runs change; less often if they have to be searched for. */
const ACTIVITY_MILLIS = 2_000;
const SEARCH_ACTIVITY_MILLIS = 10_000;
/** The subscription starts at about the same time as the first question, and may miss what happened in between. */
const CATCH_UP_MILLIS = 5_000;
/** What it missed is read once the first answer is on the screen, which it would delay. */
const CATCH_UP_WAIT_MILLIS = 300;

const EMPTY: ListState = {
  rows: [],
  answered: null,
  loading: true,
  error: null,
  hasPrevious: false,
  hasNext: false,
  partial: null,
  loadingMore: false,
  fresh: 0,
  outdated: false,
  generation: 0,
};

/** The rows of the table: asked in pages in both directions, and kept up to date by a subscription. */
export class RunsList {
  readonly state: Store<ListState> = createStore<ListState>(EMPTY);
  /** Changes, at most every two seconds, while runs change. */
  readonly activity: Store<number> = createStore(0);

  #question: Question | null = null;
  #at: string | null = null;
  /** The filter of the rows after a jump, until rows above them are read. */
  #jumped: ExecutionFilter | null = null;
  #startCursor: string | null = null;
  #endCursor: string | null = null;
  #askedAt = 0;
  #controller = new AbortController();
  #loadingPrevious = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #catchUp: ReturnType<typeof setTimeout> | undefined;
  #activityTimer: ReturnType<typeof setTimeout> | undefined;
  #unfollow = () => {};
  readonly #fresh = new Set<string>();
  readonly #unsubscribe: (() => void)[];

  constructor() {
    let wasSignedOut = session.get() === 'signed-out';
    let wasOffline = false;
    this.#unsubscribe = [
      session.subscribe(current => {
        if (wasSignedOut && current !== 'signed-out') this.#again();
        wasSignedOut = current === 'signed-out';
      }),
      link.subscribe(({ state }) => {
        // The subscription continues after its cursor, but what was read may be older than the outage.
        if (state === 'live' && wasOffline) this.#again();
        wasOffline = state === 'offline';
      }),
    ];
  }

  dispose() {
    this.#stop();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    clearTimeout(this.#activityTimer);
  }

  /** Asks for the rows after a cursor, or from the top. The rows so far stay until the answer is here. */
  ask(question: Question, at: string | null) {
    this.#start(question, at);
    void this.#load(at, question.filter);
  }

  /**
   * Shows the runs around a time; `question` must be in the order of the start. Returns whether there are any; null if
   * they could not be read, which `state.error` says.
   */
  async jump(question: Question, time: string): Promise<boolean | null> {
    const { filter, order } = question;
    const isDescending = order === 'STARTED_AT_DESC';
    const bound = isDescending
      ? { startedBefore: earlier(filter.startedBefore, time) }
      : { startedAfter: later(filter.startedAfter, time) };
    this.#start(question, null);
    this.#jumped = { ...filter, ...bound };
    return this.#load(null, this.#jumped, true);
  }

  /** Asks again for what is visible. The visible rows stay where they are. */
  async refresh(isCatchUp = false) {
    const question = this.#question;
    if (!question) return;
    this.#askedAt = Date.now();
    // Asked from the top, a list that was opened at a date would leave it.
    const jumped = this.#at === null ? this.#jumped : null;
    try {
      const isFirstPage = isCatchUp && this.state.get().rows.length <= FIRST_ROWS;
      const first = isFirstPage ? FIRST_ROWS : REFRESHED_ROWS;
      const page = await this.#page(jumped ?? question.filterNow(), { first, after: this.#at });
      if (!page || question !== this.#question) return;
      this.#fresh.clear();
      const before = this.state.get();
      const known = new Map(before.rows.map(entry => [entry.run.id, entry]));
      const rows = entries(page).map(entry => reuse(known.get(entry.run.id), entry));
      // A list that was just opened does not jump: what came above its first row is counted as new.
      const isAtTop = isCatchUp && this.#at === null && jumped === null;
      const firstKnown = isAtTop ? rows.findIndex(({ run }) => known.has(run.id)) : 0;
      const shownFrom = Math.max(0, firstKnown);
      for (const { run } of rows.slice(0, shownFrom)) this.#fresh.add(run.id);
      this.#answer(question, page, rows.slice(shownFrom), {
        hasPrevious: this.#at !== null || jumped !== null,
        generation: before.generation + (firstKnown < 0 ? 1 : 0),
      });
    } catch (failure) {
      this.#fail(failure);
    }
  }

  /** The cursor for the URL, as `scrolledTo` returned it. */
  get at(): string | null {
    return this.#at;
  }

  /** Where the person is: the list is asked from here when it must be asked again. Returns the cursor for the URL. */
  scrolledTo(firstVisible: number): string | null {
    const { rows, hasPrevious } = this.state.get();
    if (firstVisible > 0) this.#at = rows[firstVisible - 1]?.cursor ?? this.#at;
    else if (!hasPrevious) this.#at = null;
    return this.#at;
  }

  async more() {
    const { loadingMore, hasNext, loading } = this.state.get();
    const question = this.#question;
    if (loadingMore || loading || !hasNext || !question) return;
    this.#set({ loadingMore: true });
    try {
      const after = this.#endCursor;
      const page = await this.#page(question.filter, { first: MORE_ROWS, after });
      // Rows that were replaced meanwhile end elsewhere, and those after them are asked for again.
      if (!page || this.#endCursor !== after) return;
      const { rows, dropped } = append(this.state.get().rows, entries(page));
      this.#endCursor = page.pageInfo.endCursor ?? this.#endCursor;
      if (dropped) this.#startCursor = rows[0]?.cursor ?? null;
      this.#set({
        rows,
        loadingMore: false,
        hasNext: page.pageInfo.hasNextPage,
        partial: page.isPartial ? { until: page.searchedUntil } : null,
        ...(dropped ? { hasPrevious: true } : {}),
      });
    } catch (failure) {
      if (isAborted(failure)) return;
      this.#set({ loadingMore: false });
      this.#fail(failure);
    }
  }

  async previous(): Promise<void> {
    const { hasPrevious, loading } = this.state.get();
    const question = this.#question;
    if (this.#loadingPrevious || loading || !hasPrevious || !question) return;
    this.#loadingPrevious = true;
    try {
      const before = this.#startCursor;
      const page = await this.#page(question.filter, { last: MORE_ROWS, before });
      if (!page) return;
      if (this.#startCursor !== before) {
        // The rows were replaced meanwhile and begin elsewhere.
        this.#loadingPrevious = false;
        return await this.previous();
      }
      const { rows, dropped } = prepend(this.state.get().rows, entries(page));
      this.#jumped = null;
      this.#startCursor = page.pageInfo.startCursor ?? this.#startCursor;
      if (dropped) this.#endCursor = rows.at(-1)?.cursor ?? null;
      this.#set({ rows, hasPrevious: page.pageInfo.hasPreviousPage, ...(dropped ? { hasNext: true } : {}) });
    } catch (failure) {
      this.#fail(failure);
    } finally {
      this.#loadingPrevious = false;
    }
  }

  #start(question: Question, at: string | null) {
    this.#stop();
    this.#question = question;
    this.#at = at;
    this.#jumped = null;
    this.#fresh.clear();
    this.#set({ loading: true, fresh: 0, outdated: false });
    const { search, latestAttemptsOnly, ...filter } = question.filter;
    this.#unfollow = follow(
      RUNS_LIVE,
      { filter },
      {
        events: batch => this.#receive(batch.map(({ executionChanges }) => executionChanges)),
        reset: () => {
          this.#touch();
          void this.refresh();
        },
      },
    );
  }

  #stop() {
    this.#unfollow();
    this.#controller.abort();
    this.#controller = new AbortController();
    this.#loadingPrevious = false;
    clearTimeout(this.#retry);
    clearTimeout(this.#catchUp);
  }

  #again() {
    const { answered, generation } = this.state.get();
    if (!this.#question) return;
    if (answered === this.#question && generation > 0) void this.refresh();
    else this.ask(this.#question, this.#at);
  }

  /** Returns whether there are rows; null if they could not be read, or are not needed any more. */
  async #load(at: string | null, filter: ExecutionFilter, isJump = false): Promise<boolean | null> {
    const question = this.#question;
    if (!question) return null;
    this.#askedAt = Date.now();
    try {
      const page = await this.#page(filter, { first: FIRST_ROWS, after: at });
      if (!page || question !== this.#question) return null;
      if (isJump && page.edges.length === 0) {
        this.#jumped = null;
        this.#set({ loading: false });
        return false;
      }
      this.#answer(question, page, entries(page), {
        hasPrevious: isJump || at !== null,
        generation: this.state.get().generation + 1,
      });
      return page.edges.length > 0;
    } catch (failure) {
      if (at !== null && failure instanceof ApiError && failure.code === 'BAD_INPUT') {
        // A cursor of another order or version, from an old link: start at the top.
        this.#at = null;
        return this.#load(null, filter);
      }
      this.#fail(failure);
      return null;
    }
  }

  #answer(question: Question, page: Page, rows: readonly Entry[], more: { hasPrevious: boolean; generation: number }) {
    this.#startCursor = page.pageInfo.startCursor;
    this.#endCursor = page.pageInfo.endCursor;
    markRead();
    this.#set({
      rows,
      answered: question,
      loading: false,
      loadingMore: false,
      error: null,
      hasNext: page.pageInfo.hasNextPage,
      partial: page.isPartial ? { until: page.searchedUntil } : null,
      fresh: this.#fresh.size,
      outdated: false,
      ...more,
    });
  }

  async #page(
    filter: ExecutionFilter,
    window: Partial<Record<'first' | 'last', number> & Record<'after' | 'before', string | null>>,
  ): Promise<Page | null> {
    const orderBy = this.#question?.order ?? null;
    const { executions } = await request(RUNS_PAGE, { filter, orderBy, ...window }, this.#controller.signal);
    return executions;
  }

  #fail(failure: unknown) {
    if (isAborted(failure)) return;
    const error = asApiError(failure);
    this.#set({ error, loading: false });
    clearTimeout(this.#retry);
    if (error.isTemporary) this.#retry = setTimeout(() => this.#again(), error.retryAfterMillis ?? RETRY_MILLIS);
  }

  #receive(events: readonly Operations['RunsLive']['result']['executionChanges'][]) {
    if (events.some(({ kind }) => kind === 'SYNCED') && Date.now() - this.#askedAt < CATCH_UP_MILLIS) {
      clearTimeout(this.#catchUp);
      this.#catchUp = setTimeout(() => void this.refresh(true), CATCH_UP_WAIT_MILLIS);
    }
    const question = this.#question;
    const before = this.state.get();
    if (!question || before.answered !== question) return;
    const isByStart = question.order.startsWith('STARTED');
    const canCount = isByStart && !question.filter.search;
    const { rows, others } = apply(before.rows, events, this.#fresh, run => !canCount || this.#isBeyond(run));
    if (rows !== before.rows || others) this.#touch();
    this.#set({ rows, fresh: this.#fresh.size, outdated: before.outdated || (others && !canCount) });
  }

  /** Whether a run comes after the last row, where it will be read when the person gets there. */
  #isBeyond({ id }: RunRow): boolean {
    const { rows, hasNext } = this.state.get();
    const last = rows.at(-1)?.run.id;
    if (!hasNext || last === undefined) return false;
    return this.#question?.order === 'STARTED_AT_ASC' ? id > last : id < last;
  }

  #touch() {
    const millis = this.#question?.filter.search ? SEARCH_ACTIVITY_MILLIS : ACTIVITY_MILLIS;
    this.#activityTimer ??= setTimeout(() => {
      this.#activityTimer = undefined;
      this.activity.set(this.activity.get() + 1);
    }, millis);
  }

  #set(change: Partial<ListState>) {
    const before = this.state.get();
    const isSame = (Object.keys(change) as (keyof ListState)[]).every(name => change[name] === before[name]);
    if (!isSame) this.state.set({ ...before, ...change });
  }
}

/** The entry as it was, if nothing changed: its row is not rendered again. */
function reuse(before: Entry | undefined, now: Entry): Entry {
  if (!before || before.left || JSON.stringify(before.run) !== JSON.stringify(now.run)) return now;
  return before.cursor === now.cursor ? before : { ...before, cursor: now.cursor };
}

function earlier(one: string | null | undefined, other: string): string {
  return one && Date.parse(one) < Date.parse(other) ? one : other;
}

function later(one: string | null | undefined, other: string): string {
  return one && Date.parse(one) > Date.parse(other) ? one : other;
}

function isAborted(failure: unknown): boolean {
  return failure instanceof DOMException && failure.name === 'AbortError';
}
