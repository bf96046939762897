// Store: its calls, noted for the next job.
#include "buffer/store.hpp"

#include <algorithm>
#include <utility>

#include "buffer/store_state.hpp"

namespace fieldgate::buffer {

Store::Store(reactor::Reactor& reactor, std::filesystem::path file, std::size_t max_size, Epoch epoch,
             Listener& listener)
    : state_(std::make_shared<State>(reactor, std::move(file), max_size, epoch, listener)) {
  state_->pump();
}

Store::~Store() { state_->closed = true; }

void Store::insert(Row row) {
  state_->inserted = row.id;
  state_->inserts.push_back(std::move(row));
  state_->pump();
}

void Store::erase(RowId id) {
  State& state = *state_;
  const auto unwritten = std::lower_bound(state.inserts.begin(), state.inserts.end(), id,
                                          [](const Row& row, RowId wanted) { return row.id < wanted; });
  const bool found = unwritten != state.inserts.end() && unwritten->id == id;
  if (found) state.inserts.erase(unwritten);
  if (found && id > state.uncertain) return state.pump();
  state.erases.push_back(id);
  if (state.erases.size() == 1)
    state.wake_after(state.erase_timer, State::erase_delay, [](State& s) { s.erases_due = true; });
}

void Store::load(std::uint32_t lane, RowId after, RowId last, std::size_t bytes, Loaded then) {
  state_->loads.push_back({{lane, after, last, bytes}, std::move(then)});
  state_->pump();
}

void Store::trim(std::uint32_t lane, RowId after, RowId last, std::size_t bytes, Trimmed then) {
  state_->trims.push_back({{lane, after, last, bytes}, std::move(then)});
  state_->pump();
}

bool Store::idle() const {
  return state_->opened && !state_->busy && state_->may_try && state_->failure.empty() && state_->inserts.empty();
}

void Store::close(std::function<void()> then) {
  state_->closing = std::move(then);
  state_->pump();
}

}  // namespace fieldgate::buffer
