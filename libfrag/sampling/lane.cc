#include "libfrag/sampling/lane.h"

#include <algorithm>

#include "libfrag/base/digest.h"

namespace frag {
namespace {

KeyedPermutation pass_order(std::uint64_t size, const std::string& key, std::uint64_t pass) {
  return {size, sha256_word(key + "|pass=" + std::to_string(pass))};
}

}  // namespace

Lane Lane::scattered(IdSets ids, const std::string& key) {
  const std::uint64_t size = ids.size();
  Lane lane;
  lane.key_ = key;
  lane.shares_.push_back({std::move(ids), pass_order(size, key, 0), 0, 1, size});
  lane.size_ = size;
  return lane;
}

Lane Lane::divided(std::vector<Share> shares, std::optional<KeyedPermutation> mix) {
  Lane lane;
  for (const Share& share : shares) lane.ends_.push_back(lane.size_ += share.size);
  lane.shares_ = std::move(shares);
  lane.mix_ = std::move(mix);
  return lane;
}

bool Lane::pass_over(const std::vector<bool>& groups, std::uint64_t wanted) {
  if (!listed_) listed_.emplace();
  const std::uint64_t all = shares_.size() == 1 ? shares_.front().size : ends_.back();
  for (; listed_->size() < wanted && looked_at_ < all; ++looked_at_) {
    const IdSet::Member found = member(looked_at_, nullptr);
    if (!groups[found.group]) listed_->push_back(found.id);
  }
  if (looked_at_ == all) size_ = listed_->size();
  return listed_->size() >= wanted;
}

FragmentId Lane::at(std::uint64_t turn, std::uint64_t* steps) const {
  if (listed_) return (*listed_)[turn % listed_->size()];
  return member(turn, steps).id;
}

IdSet::Member Lane::member(std::uint64_t turn, std::uint64_t* steps) const {
  if (!key_.empty()) {
    const Share& share = shares_.front();
    if (turn < share.size) return share.member(turn, steps);
    const KeyedPermutation order = pass_order(share.size, key_, turn / share.size);
    return share.ids.member(order(turn % share.size, steps));
  }
  const std::uint64_t all = ends_.back();
  std::uint64_t index = (start_ + turn % all) % all;
  if (mix_) index = (*mix_)(index, steps);
  const auto share =
      static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), index) - ends_.begin());
  return shares_[share].member(index - (share == 0 ? 0 : ends_[share - 1]), steps);
}

}  // namespace frag
