// docs/exchange-cards.md: the behaviours of the exchange that the adapter relies on.
import { type Card, usdmCards } from '#test/support/cards/usdm-cards.ts';
import { generatedFrom, table } from './table.ts';

const rowOf = ([id, { says, source, simulatedOnly }]: [string, Card]): string[] => [
  id,
  says,
  simulatedOnly === true ? 'simulated' : 'simulated, testnet',
  `[${source.slice(source.lastIndexOf('/') + 1)}](${source})`,
];

export function exchangeCardsDocument(): string {
  const rows = Object.entries<Card>(usdmCards).map(rowOf);
  return `${generatedFrom('test/support/cards/usdm-cards.ts')}

# What the adapter relies on

Each card is one behaviour of Binance USD-M futures with one test, whose name begins with the card's number. A plain
client tries them at the simulated exchange, and at Binance's testnet where there is a key for it; what needs a market or
a fault that obeys is tried at the simulated exchange only.

\`\`\`sh
npm test -- exchange-cards
BINANCE_TESTNET_API_KEY=... BINANCE_TESTNET_API_SECRET=... npm test -- exchange-cards
\`\`\`

The testnet account should be one that nothing else uses: each card begins by cancelling its orders and closing its
position in BTCUSDT.

${table(['Card', 'Behaviour', 'Tried at', 'Documentation'], rows)}
`;
}
