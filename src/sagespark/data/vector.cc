#include "sagespark/data/vector.h"

#include <algorithm>
#include <stdexcept>

#include "sagespark/data/value.h"

namespace sagespark::data {
namespace {

void AppendList(const std::vector<double>& values, std::string& out) {
  out += '[';
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    out += JavaText(values[i]);
  }
  out += ']';
}

}  // namespace

Vector Vector::Dense(std::vector<double> values) {
  Vector vector;
  vector.size_ = static_cast<int32_t>(values.size());
  vector.values_ = std::move(values);
  return vector;
}

Result<Vector> Vector::Sparse(int32_t size, std::vector<int32_t> indices, std::vector<double> values) {
  if (indices.size() != values.size()) {
    return InvalidArgument("Sparse vector has different numbers of indices and values: " +
                           std::to_string(indices.size()) + " and " + std::to_string(values.size()));
  }
  int64_t previous = -1;
  for (const int32_t index : indices) {
    if (index <= previous || index >= size) {
      return InvalidArgument("Sparse vector's indices do not ascend within its size " + std::to_string(size) + ": " +
                             std::to_string(index) + " after " + std::to_string(previous));
    }
    previous = index;
  }
  Vector vector;
  vector.is_sparse_ = true;
  vector.size_ = size;
  vector.indices_ = std::move(indices);
  vector.values_ = std::move(values);
  return vector;
}

double Vector::operator[](int32_t index) const {
  if (!is_sparse_) return values_[index];
  const auto found = std::lower_bound(indices_.begin(), indices_.end(), index);
  return found != indices_.end() && *found == index ? values_[found - indices_.begin()] : 0.0;
}

std::vector<double> Vector::ToArray() const {
  if (!is_sparse_) return values_;
  std::vector<double> array(size_, 0.0);
  for (size_t i = 0; i < indices_.size(); ++i) array[indices_[i]] = values_[i];
  return array;
}

std::string Vector::ToString() const {
  std::string text;
  if (!is_sparse_) {
    AppendList(values_, text);
    return text;
  }
  text = "(" + std::to_string(size_) + ",[";
  for (size_t i = 0; i < indices_.size(); ++i) {
    if (i > 0) text += ',';
    text += std::to_string(indices_[i]);
  }
  text += "],";
  AppendList(values_, text);
  return text + ")";
}

bool operator==(const Vector& left, const Vector& right) {
  if (left.size_ != right.size_) return false;
  if (left.is_sparse_ == right.is_sparse_ && left.indices_ == right.indices_) return left.values_ == right.values_;
  return left.ToArray() == right.ToArray();
}

Vector Vectors::dense(std::vector<double> values) { return Vector::Dense(std::move(values)); }

Vector Vectors::dense(std::initializer_list<double> values) { return Vector::Dense(values); }

Vector Vectors::sparse(int32_t size, std::vector<int32_t> indices, std::vector<double> values) {
  auto vector = Vector::Sparse(size, std::move(indices), std::move(values));
  if (!vector.ok()) throw std::invalid_argument(vector.error().message());
  return *std::move(vector);
}

Vector Vectors::sparse(int32_t size, std::initializer_list<std::pair<int32_t, double>> elements) {
  std::vector<int32_t> indices;
  std::vector<double> values;
  for (const auto& [index, value] : elements) {
    indices.push_back(index);
    values.push_back(value);
  }
  return sparse(size, std::move(indices), std::move(values));
}

Vector Vectors::zeros(int32_t size) { return Vector::Dense(std::vector<double>(size, 0.0)); }

}  // namespace sagespark::data
