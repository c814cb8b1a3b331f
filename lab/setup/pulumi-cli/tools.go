//go:build tools

// Package tools pins the Pulumi CLI so that `go build` yields the same binary on every machine.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
