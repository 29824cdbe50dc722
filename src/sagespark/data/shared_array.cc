#include "sagespark/data/shared_array.h"

namespace sagespark::data {
namespace {

struct Parts {
  std::vector<SharedBuffer> buffers;
  std::vector<const void*> addresses;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> child_pointers;
};

void Release(ArrowArray* array) {
  auto* parts = static_cast<Parts*>(array->private_data);
  for (ArrowArray& child : parts->children) ReleaseArray(child);
  delete parts;
  array->release = nullptr;
}

}  // namespace

ArrowArray MakeArray(int64_t length, int64_t null_count, std::vector<SharedBuffer> buffers,
                     std::vector<ArrowArray> children) {
  auto parts = std::make_unique<Parts>();
  parts->buffers = std::move(buffers);
  for (const SharedBuffer& buffer : parts->buffers) parts->addresses.push_back(buffer.bytes);
  parts->children = std::move(children);
  for (ArrowArray& child : parts->children) parts->child_pointers.push_back(&child);
  ArrowArray array{};
  array.length = length;
  array.null_count = null_count;
  array.n_buffers = static_cast<int64_t>(parts->addresses.size());
  array.n_children = static_cast<int64_t>(parts->children.size());
  array.buffers = parts->addresses.data();
  array.children = parts->child_pointers.data();
  array.release = Release;
  array.private_data = parts.release();
  return array;
}

ArrowArray ShareArray(const ArrowArray& array, const std::shared_ptr<const void>& owner) {
  std::vector<SharedBuffer> buffers;
  for (int64_t i = 0; i < array.n_buffers; ++i) buffers.push_back({array.buffers[i], owner});
  std::vector<ArrowArray> children;
  for (int64_t i = 0; i < array.n_children; ++i) children.push_back(ShareArray(*array.children[i], owner));
  ArrowArray shared = MakeArray(array.length, array.null_count, std::move(buffers), std::move(children));
  shared.offset = array.offset;
  return shared;
}

}  // namespace sagespark::data
