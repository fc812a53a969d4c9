/** The page that turns weights into orders, drawn by code of its own. */
export { RebalancePage as default } from "../rebalance/RebalancePage";
