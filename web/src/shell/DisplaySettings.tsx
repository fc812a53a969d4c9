/** How the page looks and which keys it listens to. */
import { usePreferences } from "../lib/preferences";
import { Segmented } from "../ui/Segmented";

export function DisplaySettings() {
  const { theme, density, updown, keys, tradingKeys, set } = usePreferences();
  return (
    <>
      <div className="menu-group">
        <p className="menu-label">Theme</p>
        <Segmented
          label="Theme"
          value={theme}
          onChange={(value) => set({ theme: value })}
          choices={[
            { value: "dark", title: "Dark" },
            { value: "light", title: "Light" },
            { value: "contrast", title: "Contrast" },
          ]}
        />
      </div>
      <div className="menu-group">
        <p className="menu-label">Density</p>
        <Segmented
          label="Density"
          value={density}
          onChange={(value) => set({ density: value })}
          choices={[
            { value: "compact", title: "Compact" },
            { value: "cosy", title: "Cosy" },
            { value: "touch", title: "Touch" },
          ]}
        />
      </div>
      <div className="menu-group">
        <p className="menu-label">
          <span className="up">▲ up</span> and <span className="down">▼ down</span>
        </p>
        <Segmented
          label="Colors of up and down"
          value={updown}
          onChange={(value) => set({ updown: value })}
          choices={[
            { value: "blue-orange", title: "Blue/orange" },
            { value: "green-red", title: "Green/red" },
            { value: "red-green", title: "Red/green" },
          ]}
        />
      </div>
      <div className="menu-group">
        <label className="check">
          <input type="checkbox" checked={keys} onChange={(event) => set({ keys: event.target.checked })} />
          Single-letter keys
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={tradingKeys}
            disabled={!keys}
            onChange={(event) => set({ tradingKeys: event.target.checked })}
          />
          b and s open the ticket
        </label>
      </div>
    </>
  );
}
