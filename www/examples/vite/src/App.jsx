import { useState } from "react";

const Button = ({ variant, ...props }) => <button className={variant} {...props} />;

/* @passerby Loaf */
const Loaf = ({ left }) => <figure>{left} loaves are left today.</figure>;

export const App = () => {
  const [left, setLeft] = useState(12);
  const order = () => {
    setLeft(left - 1);
    window.passerby?.("Order", { props: { bread: "rye" }, revenue: { amount: 4.2, currency: "EUR" } });
  };
  return (
    <>
      <h1>Rye bread, baked at four</h1>
      <p>Nothing here names Passerby but a comment and the configuration: the tag and the marks come with the build.</p>
      <Loaf left={left} />
      <div className="choice">
        <Button variant="solid" onClick={order}>
          Order a loaf
        </Button>
        <Button variant="ghost">Ask the baker</Button>
      </div>
      <a href="https://bread.example/rye">How it is made</a>
    </>
  );
};
