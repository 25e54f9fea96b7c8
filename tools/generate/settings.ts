// docs/settings.md: every trading rule with its name on the wire, its default and its meaning.
import { z } from 'zod';
import { defaultSettings } from '#core/settings.ts';
import { settingFields, settingName } from '#intake/settings.ts';
import { generatedFrom, table } from './table.ts';

type Fields = Readonly<Record<string, z.ZodType>>;

function rows(fields: Fields, defaults: object): string[][] {
  return Object.entries(fields).map(([name, field]) => {
    const value = (defaults as Readonly<Record<string, unknown>>)[name];
    const { description = '', enum: values } = z.toJSONSchema(field, { io: 'input' });
    const oneOf = values === undefined ? '' : ` One of ${values.map((one) => `\`${one}\``).join(', ')}.`;
    const shown = value === undefined ? '' : `\`${Array.isArray(value) ? value.join(', ') : value}\``;
    return [`\`${settingName(name)}\``, shown, `${description}${oneOf}`];
  });
}

const HEAD = ['Rule', 'Default', 'Meaning'];

export const settingsDocument =
  (): string => `${generatedFrom('src/intake/settings.ts and src/core/settings.ts')}

# Trading rules

They come from the environment ([configuration.md](configuration.md)) and from the file that \`TRADEENGINE_SETTINGS_FILE\` names,
which holds any of the rules below as JSON and wins over the variables. While the engine runs they change over
\`PUT /v1/settings\`, all at once or not at all, each change a version that \`POST /v1/settings/rollback\` can go back to. What an
operator has changed stays in force over restarts until the environment or the file says something new.

Decimals are exact: write them as strings. Rates are ratios: \`"0.02"\` is two percent. A rule without a default does not bind until it
is set, and \`null\` takes it away again.

\`\`\`json
{
  "sizing": "risk",
  "limits": { "positions_max": 10, "losses_in_a_row_max": 5 },
  "overrides": [{ "symbol": "BTCUSDT", "side": "SHORT", "rules": { "weight": "0.5" } }]
}
\`\`\`

## Of one entry

These can differ by \`symbol\`, \`strategy_id\` and \`side\`: \`overrides\` is a list of those with their \`rules\`. The override that
names more wins; a change replaces the whole list.

${table(HEAD, rows(settingFields.entry, defaultSettings))}

## Of the account: \`limits\`

${table(HEAD, rows(settingFields.limits, defaultSettings.limits))}

## Of the engine

${table(HEAD, rows(settingFields.account, defaultSettings))}
`;
