/** Every key there is, for the help. */

export type KeyHelp = { keys: string[]; text: string };

/** What the help shows; every line of it is bound somewhere. */
export const KEY_HELP: { title: string; keys: KeyHelp[] }[] = [
  {
    title: "Everywhere",
    keys: [
      { keys: ["Ctrl", "K"], text: "Go to a page, symbol, strategy or action" },
      { keys: ["?"], text: "This help" },
      { keys: ["g", "h"], text: "Home" },
      { keys: ["g", "t"], text: "Trade" },
      { keys: ["g", "p"], text: "Portfolio" },
      { keys: ["g", "s"], text: "Strategies" },
      { keys: ["g", "m"], text: "Market (simulated)" },
      { keys: ["g", "o"], text: "Operations" },
      { keys: ["["], text: "Fold or unfold the rail" },
      { keys: ["."], text: "Display menu" },
      { keys: ["r"], text: "Read everything again" },
      { keys: ["Esc"], text: "Close what is open" },
    ],
  },
  {
    title: "Tables",
    keys: [
      { keys: ["/"], text: "To the filter or the symbol box" },
      { keys: ["j"], text: "Next row" },
      { keys: ["k"], text: "Previous row" },
      { keys: ["Enter"], text: "Open the row" },
    ],
  },
  {
    title: "Time range of a chart",
    keys: [
      { keys: ["t", "←"], text: "Earlier" },
      { keys: ["t", "→"], text: "Later" },
      { keys: ["t", "z"], text: "Zoom out to all" },
    ],
  },
  {
    title: "Simulated market",
    keys: [{ keys: ["p"], text: "Pause the pictures, and go on" }],
  },
  {
    title: "Trading (turn on in the display menu)",
    keys: [
      { keys: ["b"], text: "Ticket to buy" },
      { keys: ["s"], text: "Ticket to sell" },
      { keys: ["Enter"], text: "In the ticket: review, then send" },
      { keys: ["Esc"], text: "In the review: back" },
    ],
  },
];
