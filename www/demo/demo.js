// The buttons name what they mean, and the steps of an order are routes of the page.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-event]");
  if (button) {
    const { event: name, ...props } = button.dataset;
    window.passerby?.(name, { props });
    button.textContent = "Thank you!";
  }
  const step = event.target.closest("[data-step]");
  if (step) {
    event.preventDefault();
    history.pushState(null, "", step.href);
    show();
  }
});

const step = document.getElementById("step");
const names = { "/order/loaf": "A country loaf.", "/order/time": "At seven.", "/order/done": "It will be warm." };
const show = () => {
  if (step) step.textContent = names[location.pathname] ?? "Nothing chosen yet.";
};
addEventListener("popstate", show);
show();
