#include "sagespark/container/factorization_machines/symbol_json.h"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>

#include "sagespark/base/json/value.h"

namespace sagespark::container {
namespace {

constexpr const char* kCsr = "2";            // MXNet's number of that storage type.
constexpr int64_t kMxnetVersion = 10300;     // 1.3: what AWS's image says it is.

/// Nodes in an order in which each comes after its inputs.
class Graph {
 public:
  int64_t Variable(const char* name, json::Object attributes) {
    variables_.push_back(std::ssize(nodes_));
    return Add("null", name, std::move(attributes), {});
  }

  int64_t Operation(const char* operation, const char* name, std::initializer_list<int64_t> inputs,
                    json::Object attributes = {}) {
    return Add(operation, name, std::move(attributes), inputs);
  }

  std::string Finish(int64_t head) && {
    json::Array rows;
    for (int64_t i = 0; i <= std::ssize(nodes_); ++i) rows.push_back(i);
    return json::DumpPretty(json::Object{
        {"nodes", std::move(nodes_)},
        {"arg_nodes", std::move(variables_)},
        {"node_row_ptr", std::move(rows)},
        {"heads", json::Array{Output(head)}},
        {"attrs", json::Object{{"mxnet_version", json::Array{"int", kMxnetVersion}}}},
    });
  }

 private:
  static json::Value Output(int64_t node) { return json::Array{node, int64_t{0}, int64_t{0}}; }

  int64_t Add(const char* operation, const char* name, json::Object attributes, std::initializer_list<int64_t> inputs) {
    json::Array outputs;
    for (const int64_t input : inputs) outputs.push_back(Output(input));
    json::Object node{{"op", operation}, {"name", name}, {"inputs", std::move(outputs)}};
    if (!attributes.empty()) node.emplace("attrs", std::move(attributes));
    nodes_.push_back(std::move(node));
    return std::ssize(nodes_) - 1;
  }

  json::Array nodes_;
  json::Array variables_;
};

json::Object Shape(int64_t rows, int64_t columns) { return {{"__shape__", fmt::format("({}, {})", rows, columns)}}; }

}  // namespace

std::string FactorizationMachinesSymbol(algo::FactorizationMachinesTask task, int64_t feature_dim, int64_t num_factors) {
  const json::Object along_row = {{"axis", "1"}, {"keepdims", "True"}};
  Graph graph;
  const int64_t data = graph.Variable("data", {{"__storage_type__", kCsr}});
  const int64_t v = graph.Variable("v", Shape(feature_dim, num_factors));
  const int64_t w1 = graph.Variable("w1_weight", Shape(feature_dim, 1));
  const int64_t w0 = graph.Variable("w0_weight", {{"__shape__", "(1,)"}});
  // (sum_i v_if x_i)^2, summed over f.
  const int64_t sums = graph.Operation("dot", "factor_sums", {data, v});
  const int64_t squared_sums = graph.Operation("square", "squared_factor_sums", {sums});
  const int64_t pairs = graph.Operation("sum", "pairs", {squared_sums}, along_row);
  // sum_i x_i^2 sum_f v_if^2.
  const int64_t squared_data = graph.Operation("square", "squared_data", {data});
  const int64_t squared_factors = graph.Operation("square", "squared_factors", {v});
  const int64_t factor_norms = graph.Operation("sum", "factor_norms", {squared_factors}, along_row);
  const int64_t own = graph.Operation("dot", "own_pairs", {squared_data, factor_norms});
  const int64_t others = graph.Operation("elemwise_sub", "other_pairs_twice", {pairs, own});
  const int64_t interactions = graph.Operation("_mul_scalar", "interactions", {others}, {{"scalar", "0.5"}});
  const int64_t linear = graph.Operation("dot", "linear", {data, w1});
  const int64_t terms = graph.Operation("elemwise_add", "terms", {linear, interactions});
  const int64_t score = graph.Operation("broadcast_add", "score", {terms, w0});
  const int64_t label = graph.Variable("out_label", {});
  const bool is_regressor = task == algo::FactorizationMachinesTask::kRegressor;
  const int64_t out =
      graph.Operation(is_regressor ? "LinearRegressionOutput" : "LogisticRegressionOutput", "out", {score, label});
  return std::move(graph).Finish(out);
}

}  // namespace sagespark::container
