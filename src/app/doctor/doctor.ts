/** tradeengine doctor: whether this configuration could trade from this machine, and what to mend if not. */

import { readAccess } from '../access-files.ts';
import { type Environment, readConfig } from '../config.ts';
import { redactorOf } from '../redaction.ts';
import { examineExchange } from './exchange.ts';
import { type Finding, verdicts } from './finding.ts';
import { examineMachine, examinePorts } from './machine.ts';

export async function examine(env: Environment): Promise<readonly Finding[]> {
  const { ok, fail } = verdicts('configuration');
  const reading = readConfig(env);
  const fix = 'docs/configuration.md lists the variables. Nothing else was looked at.';
  if (!reading.ok) return reading.problems.map(({ code, message }) => fail(`${message} (${code})`, fix));
  const { config } = reading;
  const access = readAccess(config);
  const { settings, account } = config;
  const configured = access.ok
    ? [ok(`account ${account} in ${settings.mode} mode, ${settings.symbols.length} symbols`)]
    : access.problems.map((problem) => fail(problem, 'docs/configuration.md lists the variables.'));
  const ports = await examinePorts(config);
  const [machine, exchange] = await Promise.all([examineMachine(config, env), examineExchange(config)]);
  const redactor = redactorOf(config, env);
  return [...configured, ...ports, ...machine, ...exchange].map((finding) => ({
    ...finding,
    detail: redactor.redact(finding.detail),
  }));
}
