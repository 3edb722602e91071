import { useState } from "react";
import { Track, useTrack, withTracking } from "@passerby/react";

const Ghost = (props) => <button className="ghost" {...props} />;
const GhostButton = withTracking(Ghost, { name: "Button", variant: "ghost", version: "2.1" });

/** Takes no attributes: what marks it stands around it. */
const Loaf = ({ left }) => <figure>{left} loaves are left today.</figure>;

export const App = () => {
  const [left, setLeft] = useState(12);
  const track = useTrack();
  const order = () => {
    setLeft(left - 1);
    track("Order", { props: { bread: "rye" }, revenue: { amount: 4.2, currency: "EUR" } });
  };
  return (
    <>
      <h1>Rye bread, baked at four</h1>
      <p>Both buttons are one component in two variants. Each is seen once, and each click counts.</p>
      <Track name="Loaf">
        <Loaf left={left} />
      </Track>
      <div className="choice">
        <Track name="Button" variant="solid" version="2.1">
          <button onClick={order}>Order a loaf</button>
        </Track>
        <GhostButton>Ask the baker</GhostButton>
      </div>
      <a href="https://bread.example/rye">How it is made</a>
    </>
  );
};
