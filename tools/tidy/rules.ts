// What may not be written, and where it may after all. A rule is data: a pattern, where it is looked for, why it
// stands, and the files that are free of it with the reason. An exception that nothing needs any more is itself
// a finding, so that the lists stay short.

export interface Rule {
  readonly name: string;
  readonly reason: string;
  /** The paths that the rule covers. */
  readonly covers: RegExp;
  /** Code has its comments and strings blanked; comments are only those; text is everything. */
  readonly within: 'code' | 'comments' | 'text';
  readonly forbids: RegExp;
  /** Path and reason. A path that ends in a slash stands for the folder. */
  readonly except: Readonly<Record<string, string>>;
}

/** A global by its own name: not a member, not the key of a property. */
const ambient = (names: string): RegExp => new RegExp(`(?<![.\\w$#])(?:${names})\\b(?!\\s*\\??:)`, 'g');

const SERVER = /^src\//;
/** src without the files where a process starts and ends. */
const BELOW_ENTRY = /^src\/(?!\w+\/main\.ts$)/;
const CODE = /^(?:src|test|tools|bench|web|bin)\/.*\.(?:tsx?|mjs)$/;

const ambientRules: readonly Rule[] = [
  {
    name: 'pure-core',
    reason: 'decide and evolve are functions of their arguments: no clock, no I/O, no waiting, no process',
    covers: /^src\/core\//,
    within: 'code',
    forbids: ambient('process|performance|crypto|async|await|Promise|Date'),
    except: {},
  },
  {
    name: 'no-clock',
    reason: 'time comes in as an argument, so that a replay and a simulation see the time of the facts',
    covers: SERVER,
    within: 'code',
    // Date.UTC, Date.parse and new Date(value) only convert.
    forbids:
      /(?<![.\w$#])(?:(?<!\bnew\s)Date\b(?!\s*\.\s*(?:UTC|parse)\b|\s*\??:)|new\s+Date\b(?!\s*\(\s*[^\s)])|performance\b(?!\s*\??:)|process\s*\.\s*(?:hrtime|uptime)\b)/g,
    except: {
      'src/engine/time.ts': 'the clock that the engine is given',
      'src/observatory/observatory.ts': "the observatory's clock, unless a test gives another",
      'src/simex/server.ts': 'the clock of the simulated exchange as a process',
      'src/telemetry/clock.ts': 'the clock that the telemetry threads are given',
      'src/telemetry/runtime/process-sampler.ts': 'figures of the process itself, which no fact depends on',
    },
  },
  {
    name: 'no-randomness',
    reason: 'randomness comes from a seed, so that a failure can be run again',
    covers: /^(?:src|test|bench)\//,
    within: 'code',
    forbids: /\bMath\s*\.\s*random\b|(?<![\w$#])(?:random(?:UUID|Bytes|Int)|getRandomValues)\b/g,
    except: {
      'src/cli/token.ts': 'tokens: they must not be guessed',
      'src/simex/server.ts': 'listen keys: they must not be guessed',
    },
  },
  {
    name: 'no-timers',
    reason: 'timers come in as an argument, so that a simulation runs on virtual time',
    covers: BELOW_ENTRY,
    within: 'code',
    forbids: ambient('set(?:Timeout|Interval|Immediate)'),
    except: {
      'src/engine/time.ts': 'the timers that the engine is given',
      'src/exchange/binance/': 'sockets live in real time; the simulation replaces the adapter at its port',
      'src/observatory/': 'a process of its own, in real time, that decides nothing',
      'src/simex/server.ts': 'keeps real connections; the exchange within is told the time',
      'src/simex/process.ts': 'the simulated exchange as a process, in real time',
      'src/simex/faults/user-stream-faults.ts': 'delays events on real connections',
      'src/telemetry/clock.ts': 'the waiting that the telemetry threads are given',
    },
  },
  {
    name: 'no-environment',
    reason: 'configuration is read once, where a process starts',
    covers: BELOW_ENTRY,
    within: 'code',
    forbids: /\bprocess\s*(?:\.\s*env\b|\[)|=\s*process\b(?!\s*\.)/g,
    except: {},
  },
  {
    name: 'no-fetch',
    reason: "requests go through the exchange adapter's client, which has deadlines and keeps secrets",
    covers: SERVER,
    within: 'code',
    forbids: ambient('fetch'),
    except: {},
  },
  {
    name: 'no-console',
    reason: 'what a process says is structured and redacted; the terminal belongs to the entry files',
    covers: BELOW_ENTRY,
    within: 'code',
    forbids: ambient('console'),
    except: {},
  },
  {
    name: 'no-global-this',
    reason: 'it is the way around every rule above',
    covers: SERVER,
    within: 'code',
    forbids: ambient('globalThis'),
    except: {},
  },
];

const moneyRules: readonly Rule[] = [
  {
    name: 'no-float-money',
    reason: 'no binary float touches a price, a quantity or a balance: use src/core/money.ts',
    covers: /^src\/(?:core|exchange|engine|simex)\//,
    within: 'code',
    forbids: /\bparseFloat\b|(?<![.\w$#])Number\b(?!\s*\.)|\.\s*toFixed\b/g,
    except: {
      'src/core/money.ts': 'approximate(): the one way out, for figures that only people and charts read',
      'src/simex/wire/control.ts': 'places and lengths in the ledger',
      'src/simex/matching/page.ts': 'limits, ids and times of a query',
      'src/simex/spot/routes.ts': 'the limit of a query',
      'src/simex/spot/reading.ts': 'order ids, limits and times of a request',
      'src/simex/usdm/lookup.ts': 'order ids, limits and times of a query',
      'src/simex/process.ts': 'port, seed and speed',
      'src/simex/market/recording/rows.ts': 'times of rows',
      'src/simex/usdm/market-routes.ts': 'limits of a query',
      'src/simex/usdm/parameters.ts': 'whole numbers: times and ids',
      'src/simex/faults/request-fault.ts': 'times of orders',
      'src/simex/usdm/settings.ts': 'leverage: a whole number on the wire',
      'src/simex/wire/parameters.ts': 'timestamp and receive window',
      'src/simex/storage/store.ts': 'the number of ledger entries',
    },
  },
];

const shapeRules: readonly Rule[] = [
  {
    name: 'head-comment',
    reason: "a file's head says what it is for",
    covers: /^src\/.*\.ts$/,
    within: 'text',
    forbids: /^(?!(?:#!.*\n)?\s*\/[/*])/g,
    except: {},
  },
  {
    name: 'no-leftovers',
    reason: 'what is not done is an issue, not a comment',
    covers: CODE,
    within: 'comments',
    forbids: /\b(?:TODO|FIXME|XXX|HACK)\b/g,
    except: {},
  },
  {
    name: 'no-narrowed-tests',
    reason: 'a test that does not run proves nothing',
    covers: /^test\//,
    within: 'code',
    // What one platform does not have cannot be proven there.
    forbids: /\.\s*(?:only|skip|todo)\s*\(|\b(?:only|skip|todo)\s*:(?!\s*process\.platform\b)/g,
    except: {},
  },
  {
    name: 'no-machine-paths',
    reason: 'a path of one machine does not exist on another',
    covers: /./,
    within: 'text',
    forbids: /(?<=^|[\s'"`(=:[])\/(?:home|root|Users|work|tmp)\/(?=\w)/gm,
    except: {},
  },
  {
    name: 'no-export-star',
    reason: "a module's door is written out, so that what it offers can be read",
    covers: CODE,
    within: 'code',
    forbids: /\bexport\s*\*/g,
    except: {},
  },
  {
    name: 'no-default-export',
    reason: 'a thing has one name everywhere',
    covers: /^(?!.*\.config\.(?:ts|mjs)$).*\.(?:tsx?|mjs)$/,
    within: 'code',
    forbids: /\bexport\s+default\b|\bas\s+default\b/g,
    except: {},
  },
];

export const rules: readonly Rule[] = [...ambientRules, ...moneyRules, ...shapeRules];

export const fileLengthMax = { lines: 400, covers: CODE, reason: 'a file that long does two things' };
