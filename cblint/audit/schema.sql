-- The store of an audit. Times are UTC, as 2026-11-27T17:30:00Z; lines and columns count from 1, columns in code points.

CREATE TABLE runs (
    -- A run over some repositories. status: running, done or stopped. program is the digest of the cblint that ran, settings
    -- what it was told to look for. When it was done, errors, warnings and notes are the findings that nobody suppresses, new
    -- and gone those that the run before had not, or had.
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    ended TEXT,
    status TEXT NOT NULL,
    version TEXT NOT NULL,
    program TEXT NOT NULL,
    settings TEXT NOT NULL,
    targets TEXT NOT NULL,
    repositories INTEGER,
    files INTEGER,
    errors INTEGER,
    warnings INTEGER,
    notes INTEGER,
    new INTEGER,
    gone INTEGER
);

CREATE TABLE repositories (
    -- A repository, by the name that it keeps from run to run. basis and state are what it was when its files were looked at:
    -- where both are what they were, nothing is looked at again.
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    kind TEXT NOT NULL,
    place TEXT NOT NULL,
    basis TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT ''
);

CREATE TABLE visits (
    -- What became of a repository in a run. status: done, same (nothing had changed) or failed (problems says why).
    run INTEGER NOT NULL REFERENCES runs,
    repository INTEGER NOT NULL REFERENCES repositories,
    status TEXT NOT NULL,
    branch TEXT NOT NULL,
    revision TEXT NOT NULL,
    files INTEGER NOT NULL,
    linted INTEGER NOT NULL,
    PRIMARY KEY (run, repository)
) WITHOUT ROWID;

CREATE TABLE files (
    -- A file with one content: seen from the run first until before the run gone, or still there. content is its SHA-256. For
    -- cblint alone: answers is what its findings hang on beside it, record all that there is to say of it.
    id INTEGER PRIMARY KEY,
    repository INTEGER NOT NULL REFERENCES repositories,
    path TEXT NOT NULL,
    content TEXT NOT NULL,
    kind TEXT NOT NULL,
    buildspecs INTEGER NOT NULL,
    skipped TEXT NOT NULL,
    fail_on TEXT NOT NULL,
    crashed INTEGER NOT NULL,
    owners TEXT NOT NULL,
    answers BLOB NOT NULL,
    record BLOB NOT NULL,
    first INTEGER NOT NULL REFERENCES runs,
    gone INTEGER REFERENCES runs
);
CREATE UNIQUE INDEX files_now ON files (repository, path) WHERE gone IS NULL;
CREATE INDEX files_by_content ON files (content);

CREATE TABLE findings (
    -- A finding, which keeps its fingerprint when lines move: seen from the run first until before the run gone, or still
    -- there. suppressed is empty, comment or baseline; one that begins or ceases to be suppressed is another row from then on.
    -- fix is empty, safe or unsafe.
    id INTEGER PRIMARY KEY,
    repository INTEGER NOT NULL REFERENCES repositories,
    path TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    rule TEXT NOT NULL,
    code TEXT NOT NULL,
    severity TEXT NOT NULL,
    confidence TEXT NOT NULL,
    category TEXT NOT NULL,
    message TEXT NOT NULL,
    line INTEGER NOT NULL,
    "column" INTEGER NOT NULL,
    end_line INTEGER NOT NULL,
    end_column INTEGER NOT NULL,
    place TEXT NOT NULL,
    suppressed TEXT NOT NULL,
    reason TEXT NOT NULL,
    fix TEXT NOT NULL,
    first INTEGER NOT NULL REFERENCES runs,
    gone INTEGER REFERENCES runs
);
CREATE UNIQUE INDEX findings_now ON findings (repository, fingerprint) WHERE gone IS NULL;
CREATE INDEX findings_by_fingerprint ON findings (repository, fingerprint);
CREATE INDEX findings_by_rule ON findings (rule);

CREATE TABLE problems (
    -- What could not be looked at: of a run, of a repository, or of a file. message is words that follow the name.
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs,
    repository INTEGER REFERENCES repositories,
    path TEXT NOT NULL,
    message TEXT NOT NULL
);
CREATE INDEX problems_of_run ON problems (run, repository);

CREATE TABLE own_rules (
    -- Rules beside the built-in ones, as they were when they were seen last.
    name TEXT PRIMARY KEY,
    code TEXT NOT NULL,
    severity TEXT NOT NULL,
    category TEXT NOT NULL,
    summary TEXT NOT NULL,
    why TEXT NOT NULL,
    fix TEXT NOT NULL,
    url TEXT NOT NULL
);

CREATE VIEW seen AS
    -- Every finding that there is in the repositories of the last run that was brought to its end.
    SELECT repositories.name AS repository, findings.path, line, "column", severity, rule, code, category, confidence,
        message, findings.place, suppressed, reason, fix, fingerprint, files.owners AS owners,
        findings.first AS first_run, runs.started AS first_seen
    FROM findings
    JOIN repositories ON repositories.id = findings.repository
    JOIN visits ON visits.repository = findings.repository AND visits.status <> 'failed'
        AND visits.run = (SELECT max(id) FROM runs WHERE status = 'done')
    JOIN runs ON runs.id = findings.first
    LEFT JOIN files ON files.repository = findings.repository AND files.path = findings.path AND files.gone IS NULL
    WHERE findings.gone IS NULL;

CREATE VIEW now AS
    -- Of these, those that count: nobody suppresses them.
    SELECT repository, path, line, "column", severity, rule, code, category, confidence, message, place, fix,
        fingerprint, owners, first_run, first_seen
    FROM seen WHERE suppressed = '';

CREATE VIEW suppressed AS
    -- The others: suppressed is comment or baseline, reason what the comment says.
    SELECT * FROM seen WHERE suppressed <> '';

CREATE VIEW owned AS
    -- Those that count, once for each of their owners.
    WITH RECURSIVE split (owners, owner, rest) AS (
        SELECT owners, '', owners || ' ' FROM (SELECT DISTINCT owners FROM files WHERE gone IS NULL AND owners <> '')
        UNION ALL
        SELECT owners, substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1) FROM split WHERE rest <> ''
    )
    SELECT split.owner, now.repository, now.path, line, "column", severity, rule, code, category, confidence, message,
        place, fix, fingerprint, first_run, first_seen
    FROM now JOIN split ON split.owners = now.owners WHERE split.owner <> '';

CREATE VIEW copies AS
    -- Files that cblint reads, with how many there are of the same content.
    SELECT count(*) OVER (PARTITION BY content) AS copies, repositories.name AS repository, files.path, content
    FROM files JOIN repositories ON repositories.id = files.repository
    WHERE files.gone IS NULL AND files.kind <> '' AND content <> '';

CREATE VIEW history AS
    -- Every finding that there ever was, with the first and the last run that saw it.
    SELECT repositories.name AS repository, findings.path, line, "column", severity, rule, code, category, message,
        suppressed, fingerprint, findings.first AS first_run,
        (SELECT started FROM runs WHERE id = findings.first) AS first_seen,
        (SELECT max(run) FROM visits WHERE visits.repository = findings.repository AND status <> 'failed'
            AND (findings.gone IS NULL OR run < findings.gone)) AS last_run,
        (SELECT max(started) FROM runs JOIN visits ON visits.run = runs.id
            WHERE visits.repository = findings.repository AND visits.status <> 'failed'
            AND (findings.gone IS NULL OR runs.id < findings.gone)) AS last_seen,
        findings.gone IS NOT NULL AS is_gone
    FROM findings JOIN repositories ON repositories.id = findings.repository;
