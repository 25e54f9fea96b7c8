/** What the process itself says, beside the facts: the names of its log records. */

export const processEvents = {
  'telemetry.started': 'Export begins.',
  'telemetry.enabled': 'The collector took log records for the first time.',
  'telemetry.failing': 'The collector does not take telemetry; facts wait in the journal.',
  'telemetry.recovered': 'The collector takes telemetry again.',
  'telemetry.rejected': 'The collector refused items for good.',
  'telemetry.worker_stopped': 'The telemetry worker ended unexpectedly and is started again.',
  'telemetry.journal_unreadable': 'The journal cannot be read; all that is no fact is told meanwhile.',
  'telemetry.cursor_reset':
    'The stored cursor cannot be used or does not fit the journal; export begins anew.',
  'telemetry.cursor_unsaved': 'The cursor cannot be stored; after a restart facts are sent again.',
  'telemetry.misconfigured': 'The OTEL_* or PYROSCOPE_* variables cannot be used; export is off.',
  'telemetry.sample_failed': 'A sample of the process could not be taken.',
  'telemetry.profiler_failed': 'The process cannot be profiled.',
  'telemetry.profiler_stuck': 'The sampler was stuck; one profile is empty.',
  'engine.listening': 'The API takes requests.',
  'engine.configuration': 'One value of the configuration, and where it comes from.',
  'engine.stopping': 'The process was asked to end.',
  'engine.stop_overdue': 'The end takes longer than it may, and is cut short.',
  'engine.crashed': 'An error that nobody caught: the process ends.',
  'engine.journal_unusable':
    'The journal is not what was written, newer than the program, or of another account or mode: the process ends.',
  'engine.failed': 'The engine met a defect, or its journal takes no facts.',
  'engine.restarts': 'The engine ended, or could not start; it is started again.',
  'engine.cancel_failed':
    "The answer to a cancel is missing: the order's own report tells what became of it.",
  'engine.balance_failed': 'The exchange did not tell what the account has.',
  'engine.snapshot_failed': 'The exchange did not answer, so that nothing was compared.',
  'exchange.account_changed': 'A setting of the account was changed to the wanted one.',
  'exchange.account_unchanged':
    'A setting of the account is not as wanted, and could not be changed with what is open.',
  'exchange.malformed_answer': 'An answer is not what the documentation says.',
  'exchange.malformed_message': 'A message of a stream is not what the documentation says.',
  'exchange.foreign_order': 'The account has an order that this engine did not make.',
  'exchange.rate_limited': 'The exchange asks for a pause: requests are held back.',
  'exchange.banned': 'The exchange has banned this address: nothing is sent until the ban is over.',
  'exchange.operator_needed':
    'The exchange refuses key or account; it will go on until a person has changed something.',
  'exchange.stream_lost': 'A stream was lost; it is connected again.',
  'exchange.listen_key_failed': 'The key of the account stream could not be had or kept.',
  'exchange.clock_resynchronised': 'The exchange refused a time; the offset of its clock was measured anew.',
  'exchange.clock_jumped': "The offset of the exchange's clock changed more than a clock drifts.",
  'exchange.clock_failed': "The exchange's clock could not be measured.",
  'exchange.news_unread': 'A stream announced news of an order that could not be fetched.',
  'exchange.trades_unread': 'An order was found, and its trades were not.',
  'api.request_failed': 'A request met a defect.',
} as const;

export type ProcessEvent = keyof typeof processEvents;
