"""Every metric of the service, in one place. Pool gauges are summed over the live workers of one container."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("http_requests_total", "Requests answered.", ["handler", "method", "status"])
DURATION = Histogram(
    "http_request_duration_seconds",
    "Seconds from the first byte of the request to the last byte of the answer.",
    ["handler", "method"],
    # Fine around one second and reaching far beyond: an alert on p95 > 1 s must be able to see more than 1.
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30),
)
IN_PROGRESS = Gauge("http_requests_in_progress", "Requests being answered.", multiprocess_mode="livesum")

DB_CONNECT_ERRORS = Counter("echodiary_db_connect_errors_total", "Connections to PostgreSQL that failed to open.")
DB_POOL_TIMEOUTS = Counter("echodiary_db_pool_timeout_total", "Requests that found no free connection in time.")
DB_ERRORS = Counter("echodiary_db_errors_total", "Requests that failed on the database.", ["error"])
POOL_SIZE = Gauge("echodiary_db_pool_size", "Connections the pools keep.", multiprocess_mode="livesum")
POOL_LIMIT = Gauge("echodiary_db_pool_limit", "Connections the pools may open.", multiprocess_mode="livesum")
POOL_OPEN = Gauge("echodiary_db_pool_open", "Connections open.", multiprocess_mode="livesum")
POOL_CHECKED_OUT = Gauge("echodiary_db_pool_checked_out", "Connections in use.", multiprocess_mode="livesum")
POOL_OVERFLOW = Gauge("echodiary_db_pool_overflow", "Connections open beyond the size.", multiprocess_mode="livesum")

REQUEST_TIMEOUTS = Counter("echodiary_request_timeouts_total", "Requests given up because the answer took too long.")

READY_CHECKS = Counter("echodiary_ready_checks_total", "Readiness checks made.", ["check", "result"])
CHECK_OK = Gauge("echodiary_check_ok", "1 when the check passed last time.", ["check"], multiprocess_mode="livemostrecent")
SCHEMA_MATCH = Gauge(
    "echodiary_schema_revision_match",
    "1 when the database has the revision this code expects.",
    multiprocess_mode="livemostrecent",
)
BUILD = Gauge("echodiary_build_info", "What is running.", ["version", "revision"], multiprocess_mode="livemax")

ENTRIES_CREATED = Counter("echodiary_entries_created_total", "Diary entries created.", ["mood"])
ENTRIES_UPDATED = Counter("echodiary_entries_updated_total", "Diary entries changed.")
ENTRIES_DELETED = Counter("echodiary_entries_deleted_total", "Diary entries deleted.")
CHARACTERS = Counter("echodiary_characters_written_total", "Characters of title and body saved.")
CACHE = Counter("echodiary_cache_requests_total", "Look-ups in the Redis cache.", ["result"])

QUESTIONS = Counter("echodiary_questions_total", "Questions about an entry that were asked for.", ["result"])
QUESTION_SECONDS = Histogram(
    "echodiary_question_seconds",
    "Seconds until a model server had answered.",
    buckets=(0.25, 0.5, 1, 2, 3, 5, 8, 15, 30),
)
SIGN_INS = Counter("echodiary_sign_ins_total", "Attempts to sign in.", ["result"])
MAILS = Counter("echodiary_mails_total", "Mails.", ["result"])
ACCOUNTS = Gauge("echodiary_accounts", "Accounts whose address is verified.", multiprocess_mode="livemostrecent")
