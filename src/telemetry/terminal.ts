/** The process log as a person reads it in a terminal: a line for each record instead of JSON. */

const LEVEL_WIDTH = 5;
/** Line breaks and tabs stay; what could steer a terminal does not. */
const STEERING = /(?![\n\t])\p{Cc}/gu;

/** @param json a record as pino writes it */
export function readableLine(json: string): string {
  const { level, time, event, message, ...rest } = JSON.parse(json) as Record<string, unknown>;
  const clock = String(time).slice('2026-11-25T'.length, -'Z'.length);
  const more = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const words = [
    clock,
    String(level).toUpperCase().padEnd(LEVEL_WIDTH),
    String(event),
    String(message),
    ...more,
  ];
  return `${words.join(' ').replace(STEERING, '')}\n`;
}
