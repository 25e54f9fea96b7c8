/** The trading rules: in force, before, in what they differ; and their change, which is one fact. */

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { TradingSettings } from '#core/settings.ts';
import { type EngineState, type SettingsVersion, settingsVersionOf } from '#core/state.ts';
import type { Clock } from '#engine/time.ts';
import { isNumberLiteral } from '#intake/json.ts';
import { readSettings, settingsPatch } from '#intake/settings.ts';
import { note, noteOf, readJsonBody, refuse, validated } from './body.ts';
import type { EventFeed } from './event-feed.ts';
import { callerOf, command, type OperatorDesk, operation } from './operator.ts';
import { ProblemError } from './problems.ts';
import { readQuery } from './query.ts';
import { rejudge, rejudged } from './rejudge.ts';
import { takeBytes } from './signals.ts';
import { type Subject, stateOf } from './subject.ts';
import {
  changesBetween,
  settingsChanges,
  settingsReport,
  settingsVersion,
  settingsView,
  versionView,
} from './views/settings.ts';

const number = z.coerce.number().int().min(1);
const wanted = z.strictObject({
  version: number.optional().describe('A former version; the one in force where none is given.'),
});
const both = z.strictObject({
  from: number.describe('A version.'),
  to: number.describe('Another version.'),
});
const wholeNumber = z
  .unknown()
  .refine((value) => isNumberLiteral(value) && /^[1-9]\d{0,8}$/.test(value.rawJSON), {
    error: 'must be the number of a version',
  })
  .transform((value) => Number(isNumberLiteral(value) ? value.rawJSON : value))
  .meta({ type: 'integer', minimum: 1 });
const change = z.strictObject({
  settings: settingsPatch,
  based_on: wholeNumber.describe('The version that the change was made of.'),
  dry_run: z.boolean().optional().describe('Only say what would change.'),
  note,
});
const rollback = z.strictObject({ to: wholeNumber.describe('The version to go back to.'), note });

const versionList = z.strictObject({ versions: z.array(settingsVersion) });
const difference = z.strictObject({ from: z.int(), to: z.int(), changes: settingsChanges });
const changed = operation.extend({ version: z.int(), changes: settingsChanges });
const trial = z.strictObject({
  dry_run: z.literal(true),
  changes: settingsChanges,
  signals: rejudged,
});

const documented = (summary: string, answer: z.ZodType, parameters: object = {}) => ({
  summary,
  tags: ['settings'],
  ...parameters,
  response: { 200: z.toJSONSchema(answer, { io: 'input' }) },
});
const inBody = (schema: z.ZodType) => ({ body: z.toJSONSchema(schema, { io: 'input' }) });
const inQuery = (schema: z.ZodType) => ({ querystring: z.toJSONSchema(schema, { io: 'input' }) });

export interface SettingsRoutesOptions {
  readonly subject: Subject;
  readonly operator: OperatorDesk;
  readonly events: EventFeed;
  readonly clock: Clock;
}

export async function settingsRoutes(
  server: FastifyInstance,
  { subject, operator, events, clock }: SettingsRoutesOptions,
): Promise<void> {
  takeBytes(server);
  const reading = { config: { scope: 'read' as const } };
  const changing = { config: { scope: 'admin' as const } };

  server.get(
    '/v1/settings',
    { ...reading, schema: documented('The trading rules in force', settingsReport, inQuery(wanted)) },
    (request) => {
      const state = stateOf(subject);
      const { version = settingsVersionOf(state) } = readQuery(wanted, request.query);
      const known = versionOf(state, version);
      return {
        ...versionView(known),
        in_force: version === settingsVersionOf(state),
        settings: settingsView(known.settings),
      };
    },
  );

  server.get(
    '/v1/settings/versions',
    { ...reading, schema: documented('The versions of the rules, newest first', versionList) },
    () => ({ versions: stateOf(subject).settingsHistory.map(versionView).reverse() }),
  );

  server.get(
    '/v1/settings/diff',
    { ...reading, schema: documented('In what two versions differ', difference, inQuery(both)) },
    (request) => {
      const state = stateOf(subject);
      const { from, to } = readQuery(both, request.query);
      const [before, after] = [versionOf(state, from), versionOf(state, to)];
      return { from, to, changes: changesBetween(before.settings, after.settings) };
    },
  );

  server.put(
    '/v1/settings',
    {
      ...changing,
      schema: documented(
        'Change trading rules, all at once or not at all',
        z.union([changed, trial]),
        inBody(change),
      ),
    },
    (request) => {
      const state = stateOf(subject);
      const body = readChange(request.body);
      if (body.based_on !== settingsVersionOf(state)) throw staleBy(state, body.based_on);
      const reading = readSettings(body.settings, state.settings);
      if (!reading.ok) return refuse(reading.problem);
      const { settings } = reading;
      if (body.dry_run === true) {
        const changes = changesBetween(state.settings, settings);
        const signals = rejudge({
          state,
          settings,
          entries: events.newest,
          quote: subject.quote,
          now: clock.now(),
        });
        return { dry_run: true, changes, signals };
      }
      return put(request, settings, noteOf(body));
    },
  );

  server.post(
    '/v1/settings/rollback',
    {
      ...changing,
      schema: documented('Go back to the rules of a former version, as a new one', changed, inBody(rollback)),
    },
    (request) => {
      const state = stateOf(subject);
      const body = validated(rollback, readJsonBody(request.body));
      const { settings } = versionOf(state, body.to);
      // What a running engine cannot change stays.
      const { mode, positionMode, symbols } = state.settings;
      return put(request, { ...settings, mode, positionMode, symbols }, noteOf(body));
    },
  );

  async function put(request: FastifyRequest, settings: TradingSettings, said: string) {
    const state = stateOf(subject);
    const basedOn = settingsVersionOf(state);
    const changes = changesBetween(state.settings, settings);
    if (changes.length === 0) throw new ProblemError('nothing_to_do', 'These are the rules in force.');
    const by = callerOf(request);
    // Decided in the same breath: nothing comes between the reading of the version and its use.
    const done = await command(
      operator,
      { type: 'change_settings', settings, basedOn, by, note: said },
      'The settings have changed meanwhile.',
    );
    return { ...done, version: basedOn + 1, changes };
  }
}

/** The settings are read by their own rules. */
function readChange(body: unknown): z.infer<typeof change> {
  const json = readJsonBody(body);
  const envelope = change.extend({ settings: z.unknown() });
  const { settings, ...rest } = validated(envelope, json);
  return { ...rest, settings: settings as z.infer<typeof settingsPatch> };
}

function versionOf({ settingsHistory }: Readonly<EngineState>, version: number): SettingsVersion {
  const known = settingsHistory.find((one) => one.version === version);
  if (known !== undefined) return known;
  throw new ProblemError(
    'not_found',
    `There is no version ${version}, or it is older than those that are kept at hand: the journal has them all.`,
  );
}

const staleBy = (state: Readonly<EngineState>, basedOn: number): ProblemError =>
  new ProblemError(
    'stale_version',
    `The change was made of version ${basedOn}; version ${settingsVersionOf(state)} is in force.`,
  );
