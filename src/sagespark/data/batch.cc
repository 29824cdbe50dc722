#include "sagespark/data/batch.h"

#include "sagespark/data/layout.h"
#include "sagespark/data/shared_array.h"

namespace sagespark::data {
namespace {

/// A column: a borrowed view with its own offset and length, and what owns the memory behind it.
struct Column {
  ArrowArray view;
  std::shared_ptr<const void> memory;
};

std::shared_ptr<ArrowArray> Own(ArrowArray array) {
  return {new ArrowArray(array), [](ArrowArray* owned) {
            ReleaseArray(*owned);
            delete owned;
          }};
}

Column Cut(const ArrowArray& array, std::shared_ptr<const void> memory, int64_t first, int64_t count) {
  Column column{array, std::move(memory)};
  column.view.offset += first;
  if (count != array.length && array.null_count != 0) column.view.null_count = -1;
  column.view.length = count;
  return column;
}

bool HasNull(const ArrowArray& array) {
  if (array.null_count == 0 || array.buffers[0] == nullptr) return false;
  for (int64_t i = 0; i < array.length; ++i) {
    if (!BitAt(static_cast<const uint8_t*>(array.buffers[0]), array.offset + i)) return true;
  }
  return false;
}

}  // namespace

struct Batch::Owner {
  int64_t num_rows = 0;
  std::vector<Column> columns;
};

Result<Batch> Batch::Import(std::shared_ptr<const Schema> schema, ArrowArray array) {
  if (array.release == nullptr) return CorruptData("Arrow array is malformed: released array as the batch");
  const std::shared_ptr<const ArrowArray> root = Own(array);
  const bool has_columns = root->n_children == static_cast<int64_t>(schema->size()) &&
                           (root->n_children == 0 || root->children != nullptr);
  if (!has_columns || root->n_buffers != 1 || root->buffers == nullptr || root->length < 0 || root->offset < 0) {
    return CorruptData("Arrow array is malformed: no struct of " + std::to_string(schema->size()) + " columns");
  }
  if (HasNull(*root)) return CorruptData("Arrow array is malformed: null row in the batch");
  auto owner = std::make_shared<Owner>();
  owner->num_rows = root->length;
  for (size_t i = 0; i < schema->size(); ++i) {
    const ArrowArray* child = root->children[i];
    if (child == nullptr) return CorruptData("Arrow array is malformed: absent child in the batch");
    SAGESPARK_RETURN_IF_ERROR(CheckLayout(schema->fields()[i], *child, root->offset, root->length));
    owner->columns.push_back(Cut(*child, root, root->offset, root->length));
  }
  return Batch(std::move(schema), std::move(owner));
}

int64_t Batch::num_rows() const { return owner_->num_rows; }

const ArrowArray& Batch::column(size_t index) const { return owner_->columns[index].view; }

ArrowArray Batch::Export() const {
  std::vector<ArrowArray> children;
  for (const Column& column : owner_->columns) children.push_back(ShareArray(column.view, column.memory));
  return MakeArray(owner_->num_rows, 0, {SharedBuffer{}}, std::move(children));
}

Batch Batch::Slice(int64_t first, int64_t count) const {
  SAGESPARK_CHECK(first >= 0 && count >= 0 && first + count <= num_rows());
  auto owner = std::make_shared<Owner>();
  owner->num_rows = count;
  for (const Column& column : owner_->columns) {
    owner->columns.push_back(Cut(column.view, column.memory, first, count));
  }
  return Batch(schema_, std::move(owner));
}

Batch Batch::Select(const std::vector<size_t>& indices) const {
  auto owner = std::make_shared<Owner>();
  owner->num_rows = owner_->num_rows;
  std::vector<Field> fields;
  for (const size_t index : indices) {
    SAGESPARK_CHECK(index < schema_->size());
    fields.push_back(schema_->fields()[index]);
    owner->columns.push_back(owner_->columns[index]);
  }
  return Batch(std::make_shared<const Schema>(std::move(fields)), std::move(owner));
}

Batch Batch::WithSchema(std::shared_ptr<const Schema> schema) const {
  SAGESPARK_CHECK(schema->size() == schema_->size());
  for (size_t i = 0; i < schema->size(); ++i) {
    SAGESPARK_CHECK(schema->fields()[i].type == schema_->fields()[i].type);
  }
  return Batch(std::move(schema), owner_);
}

Batch Batch::Append(const Batch& right) const {
  SAGESPARK_CHECK(num_rows() == right.num_rows());
  auto owner = std::make_shared<Owner>(*owner_);
  owner->columns.insert(owner->columns.end(), right.owner_->columns.begin(), right.owner_->columns.end());
  std::vector<Field> fields = schema_->fields();
  fields.insert(fields.end(), right.schema_->fields().begin(), right.schema_->fields().end());
  return Batch(std::make_shared<const Schema>(std::move(fields)), std::move(owner));
}

}  // namespace sagespark::data
